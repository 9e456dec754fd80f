#!/usr/bin/env perl
# Sends messages to an echo server and counts what comes back: ws-client.pl LOOP URL [COUNT]
# LOOP is AnyEvent, EV, IOAsync, Mojo or Blocking. For AnyEvent, PERL_ANYEVENT_MODEL=Perl chooses the pure Perl one.
use strict;
use warnings;
use Net::Golws;

my ($loop, $url, $count) = @ARGV;
$count //= 3;
my $received = 0;

my $promise = Net::Golws::connect(
    url          => $url,
    loop         => $loop,
    subprotocols => ['echo'],
    compression  => 1,
    on_ready     => sub {
        my $courier = shift;
        $courier->on_text(sub {
            my $expected = "message $received \x{263a}";
            die "not what was sent: $_[0]\n" if $_[0] ne $expected;
            return $courier->close(1000, 'thanks') if ++$received == $count;
            $courier->send_text("message $received \x{263a}");
        });
        $courier->send_text("message 0 \x{263a}");
    },
);

$promise->then(
    sub {
        my ($code, $reason) = @{ $_[0] };
        print "$received of $count echoes, closed with $code $reason\n";
    },
    sub { print "failed: $_[0]\n"; exit 1 },
)->await;
