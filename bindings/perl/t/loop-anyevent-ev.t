use strict; use warnings; use lib 't/lib';
use Test::More;
BEGIN { $ENV{PERL_ANYEVENT_MODEL} = 'EV' }
BEGIN { eval { require AnyEvent; require EV } or plan skip_all => 'AnyEvent or EV is not installed' }
use Scenario;

scenario('AnyEvent');
is $AnyEvent::MODEL, 'AnyEvent::Impl::EV', 'that was EV';
done_testing;
