use strict; use warnings; use lib 't/lib';
use Test::More;
BEGIN { eval { require Mojo::IOLoop; require Mojo::Promise } or plan skip_all => 'Mojolicious is not installed' }
use Scenario;

scenario('Mojo');
subtest 'a loop object' => sub { scenario(Mojo::IOLoop->new, connections => 20) };
subtest 'Mojo::Promise takes our promises' => sub {
    my $server = echo_server();
    my $result;
    Mojo::Promise->resolve(Net::Golws::connect(url => 'ws://127.0.0.1:' . $server->port, on_ready => sub { $_[0]->close(1000, 'bye') }))
        ->then(sub { $result = shift })->wait;
    is_deeply $result, [ 1000, 'bye' ], 'resolved';
    $server->stop;
};
done_testing;
