package Net::Golws::Loop::Blocking;
use strict;
use warnings;
use Carp 'croak';
use Errno 'EINTR';
use parent -norequire, 'Net::Golws::Loop';

# No loop at all: connections live while the program waits for one of their promises, or calls run.

sub _watch   { my ($self, $fd, $code) = @_; @$self{qw(fd code)} = ($fd, $code) }
sub _unwatch { delete @{ $_[0] }{qw(fd code)} }

# Serves once; waits at most so many seconds for something to do, without an argument as long as it takes.
sub run_once {
    my ($self, $seconds) = @_;
    return 0 if !defined $self->{fd};
    vec(my $readable = '', $self->{fd}, 1) = 1;
    my $n = select $readable, undef, undef, $seconds;
    die "select: $!" if $n < 0 && $! != EINTR;
    $self->{code}->() if $n > 0;
    return $n > 0;
}

# Until there is no connection and no server.
sub run { my $self = shift; $self->run_once while defined $self->{fd}; return }

sub run_until {
    my ($self, $future) = @_;
    until ($future->is_ready) {
        croak 'nothing is left that could make the promise ready' if !defined $self->{fd};
        $self->run_once;
    }
    return $future;
}

1;
