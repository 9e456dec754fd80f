#!/usr/bin/env perl
# A ws echo with a loop of no one's: echo-server.pl [PORT]
use strict;
use warnings;
use Net::Golws;

my $server = Net::Golws::serve(
    host          => '127.0.0.1',
    port          => shift // 7681,
    subprotocols  => ['echo'],
    loop          => 'Blocking',
    on_connection => sub {
        my $courier = shift;
        $courier->on_text(sub { $courier->send_text($_[0]) });
        $courier->on_binary(sub { $courier->send_binary($_[0]) });
    },
);
print 'ws://127.0.0.1:', $server->port, "/\n";
Net::Golws::Loop->for('Blocking')->run;
