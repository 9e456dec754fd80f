package Net::Golws::Loop::AnyEvent;
use strict;
use warnings;
use AnyEvent;
use parent -norequire, 'Net::Golws::Loop';

sub _watch   { my ($self, $fd, $code) = @_; $self->{watcher} = AnyEvent->io(fh => $fd, poll => 'r', cb => $code) }
sub _unwatch { delete $_[0]{watcher} }

sub run_until {
    my ($self, $future) = @_;
    my $done = AnyEvent->condvar;
    $future->on_ready(sub { $done->send });
    $done->recv;
    return $future;
}

1;
