use strict; use warnings; use lib 't/lib';
use Test::More;
BEGIN { $ENV{PERL_ANYEVENT_MODEL} = 'Perl' }
BEGIN { eval { require AnyEvent } or plan skip_all => 'AnyEvent is not installed' }
use Scenario;

scenario('AnyEvent');
is $AnyEvent::MODEL, 'AnyEvent::Impl::Perl', 'that was the pure Perl loop';
done_testing;
