package Net::Golws::Loop::IOAsync;
use strict;
use warnings;
use IO::Async::Loop;
use parent -norequire, 'Net::Golws::Loop';

sub default_host { IO::Async::Loop->new }    # the same one each time

sub _watch {
    my ($self, $fd, $code) = @_;
    # a duplicate: the descriptor itself must not be closed with the handle
    open $self->{handle}, '<&', $fd or die "cannot duplicate descriptor $fd: $!";
    $self->{host}->watch_io(handle => $self->{handle}, on_read_ready => $code);
}

sub _unwatch {
    my $self = shift;
    my $handle = delete $self->{handle};
    $self->{host}->unwatch_io(handle => $handle, on_read_ready => 1) if $self->{host};
    close $handle;
}

sub run_until { my ($self, $future) = @_; $self->{host}->await($future); return $future }

1;
