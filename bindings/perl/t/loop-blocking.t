use strict; use warnings; use lib 't/lib';
use Test::More;
use Scenario;

scenario('Blocking', connections => 1000);

subtest 'run' => sub {
    my $server = echo_server(loop => 'Blocking');
    my $got;
    Net::Golws::connect(loop => 'Blocking', url => 'ws://127.0.0.1:' . $server->port, on_ready => sub {
        my $courier = shift;
        $courier->on_text(sub { $got = shift; $courier->close; $server->stop });
        $courier->send_text('x');
    });
    Net::Golws::Loop->for('Blocking')->run;
    is $got, 'x', 'it ends when there is nothing left';
    ok !eval { Net::Golws::Promise->for_loop(Net::Golws::Loop->for('Blocking'))->get; 1 }, 'waiting for nothing dies';
    like $@, qr/nothing is left/, 'and says so';
};

done_testing;
