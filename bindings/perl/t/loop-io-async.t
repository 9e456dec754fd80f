use strict; use warnings; use lib 't/lib';
use Test::More;
BEGIN { eval { require IO::Async::Loop } or plan skip_all => 'IO::Async is not installed' }
use Scenario;

scenario('IO::Async');
subtest 'a loop object' => sub {
    my $host = IO::Async::Loop->really_new;
    scenario($host, connections => 20);
};
done_testing;
