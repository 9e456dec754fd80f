use strict; use warnings; use lib 't/lib';
use Test::More;
BEGIN { eval { require EV } or plan skip_all => 'EV is not installed' }
use Scenario;

scenario('EV');
EV::run();
pass 'with nothing left to watch EV::run returns';
done_testing;
