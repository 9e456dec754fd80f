package Net::Golws::Loop::EV;
use strict;
use warnings;
use EV;
use parent -norequire, 'Net::Golws::Loop';

sub _watch   { my ($self, $fd, $code) = @_; $self->{watcher} = EV::io($fd, EV::READ, sub { $code->() }) }
sub _unwatch { delete $_[0]{watcher} }

sub run_until {
    my ($self, $future) = @_;
    EV::run(EV::RUN_ONCE) until $future->is_ready;
    return $future;
}

1;
