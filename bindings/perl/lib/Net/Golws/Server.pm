package Net::Golws::Server;
use strict;
use warnings;
use Net::Golws::Courier;
use Net::Golws::Promise;

# Fields: loop, id, port, on_connection, on_error.

sub port { $_[0]{port} }

sub stop {
    my $self = shift;
    return if $self->{stopped}++;
    $self->{loop}->_stop($self);
    return;
}

sub _accept {
    my ($self, $connection, $request) = @_;
    my $courier = Net::Golws::Courier->_new(
        loop        => $self->{loop},
        connection  => $connection,
        request     => $request,
        subprotocol => $request->{subprotocol},
    );
    my $on_error = $self->{on_error};
    $courier->{promise}->on_fail(sub { $on_error->($_[0]) });
    return $courier;
}

1;
