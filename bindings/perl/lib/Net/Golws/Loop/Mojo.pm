package Net::Golws::Loop::Mojo;
use strict;
use warnings;
use Mojo::IOLoop;
use parent -norequire, 'Net::Golws::Loop';

sub default_host { Mojo::IOLoop->singleton }

sub _watch {
    my ($self, $fd, $code) = @_;
    # a duplicate: the descriptor itself must not be closed with the handle
    open $self->{handle}, '<&', $fd or die "cannot duplicate descriptor $fd: $!";
    my $reactor = $self->{host}->reactor;
    $reactor->io($self->{handle} => sub { $code->() })->watch($self->{handle}, 1, 0);
}

sub _unwatch {
    my $self = shift;
    my $handle = delete $self->{handle};
    $self->{host}->reactor->remove($handle) if $self->{host};
    close $handle;
}

sub run_until {
    my ($self, $future) = @_;
    $self->{host}->one_tick until $future->is_ready;
    return $future;
}

1;
