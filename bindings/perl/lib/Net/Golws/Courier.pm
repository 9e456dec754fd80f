package Net::Golws::Courier;
use strict;
use warnings;
use Carp 'croak';
use Scalar::Util 'weaken';
use Time::HiRes ();
use Net::Golws::Promise;
use Net::Golws::X;

# Fields: connection (Net::Golws::Connection), loop, promise; text, binary: handlers; pings: promises by payload.

sub _new {
    my ($class, %fields) = @_;
    my $self = bless { text => [], binary => [], pings => {}, %fields }, $class;
    $self->{promise} = Net::Golws::Promise->for_loop($self->{loop});
    weaken(my $weak = $self);
    $self->{promise}->on_cancel(sub { $weak->_end if $weak });
    return $self;
}

sub send_text   { $_[0]{connection}->send_text($_[1])   // Net::Golws::X::NotSent->throw }
sub send_binary { $_[0]{connection}->send_binary($_[1]) // Net::Golws::X::NotSent->throw }

sub _handler {
    my ($self, $kind, $code) = @_;
    croak "on_$kind takes a code reference" if ref $code ne 'CODE';
    push @{ $self->{$kind} }, $code if !$self->{over};
    return $self;
}
sub on_text   { $_[0]->_handler(text   => $_[1]) }
sub on_binary { $_[0]->_handler(binary => $_[1]) }

sub subprotocol { $_[0]{subprotocol} }
sub path        { $_[0]{request}{path} }
sub query       { $_[0]{request}{query} }
sub header      { $_[0]{request}{headers}{ lc $_[1] } }
sub done        { $_[0]{promise} }

sub close {
    my ($self, $code, $reason) = @_;
    $code   //= 1000;
    $reason //= '';
    croak "a connection cannot be closed with code $code"
        if $code !~ /\A[0-9]+\z/ || !($code >= 1000 && $code <= 1014 && $code !~ /\A100[456]\z/ || $code >= 3000 && $code <= 4999);
    utf8::encode(my $bytes = $reason);
    croak 'the reason is longer than 123 bytes' if length $bytes > 123;
    return $self->{connection}->close($code, $reason);
}

sub pause {
    my $self = shift;
    $self->{connection}->pause;
    return bless \(my $held = $self->{connection}), 'Net::Golws::Pause';
}

sub ping {
    my ($self, $payload) = @_;
    $payload //= sprintf 'golws %d', ++$self->{pinged};
    croak 'the payload of a ping is at most 125 bytes' if length $payload > 125;
    $self->{connection}->ping($payload) or Net::Golws::X::NotSent->throw;
    my $promise = Net::Golws::Promise->for_loop($self->{loop});
    push @{ $self->{pings}{$payload} }, [ Time::HiRes::time(), $promise ];
    return $promise;
}

sub drained {
    my $self = shift;
    $self->{connection}->ask or Net::Golws::X::NotSent->throw;
    return $self->{drained} //= Net::Golws::Promise->for_loop($self->{loop});
}

sub _pong {
    my ($self, $payload) = @_;
    my $waiting = delete $self->{pings}{$payload} or return;
    my $now = Time::HiRes::time();
    for (@$waiting) {
        my ($sent, $promise) = @$_;
        $promise->done($now - $sent) if !$promise->is_ready;
    }
}

# Runs the user's code. What it dies of ends the connection, and its promise fails with it.
sub _call {
    my ($self, $code, @args) = @_;
    my $died;
    {
        local $@;
        eval { $code->(@args); 1 } or $died = [$@];
    }
    $self->_died($died->[0]) if $died;
}

sub _died {
    my ($self, $error) = @_;
    $self->{error} //= [$error];
    $self->_end;
}

sub _end {
    my $self = shift;
    return if $self->{over};
    $self->{connection}->deafen;
    $self->{connection}->close(1011, '');
}

# The loop's: what has happened on the connection.

sub _ready {
    my ($self, $subprotocol) = @_;
    $self->{subprotocol} = $subprotocol;
    $self->_call(delete $self->{on_ready}, $self);
}
sub _text   { my ($self, $message) = @_; $self->_message(text   => $message) }
sub _binary { my ($self, $message) = @_; $self->_message(binary => $message) }

sub _message {
    my ($self, $kind, $message) = @_;
    for my $code (@{ $self->{$kind} }) {
        last if $self->{error};
        $self->_call($code, $message);
    }
}

sub _writable {
    my $promise = delete $_[0]{drained} or return;
    $promise->done if !$promise->is_ready;
}

sub _failed {
    my ($self, $text, $status) = @_;
    return $self->_settle(
          $status && $status != 101
        ? Net::Golws::X::UpgradeRefused->new(status => $status, text => $text)
        : Net::Golws::X::ConnectionFailed->new(text => $text));
}

# Codes that say of an orderly end; the others say what went wrong.
my %ORDERLY = map { $_ => 1 } 1000, 1001, 1005;

sub _closed {
    my ($self, $code, $reason) = @_;
    return $self->_settle(undef, [ $code, $reason ]) if $ORDERLY{$code} || $code >= 3000;
    return $self->_settle(Net::Golws::X::ClosedAbnormally->new(code => $code, reason => $reason));
}

# The end, whichever. Handlers usually hold the courier that they are handlers of, so they are let go.
sub _settle {
    my ($self, $failure, $result) = @_;
    my $promise = $self->{promise};
    my $drained = delete $self->{drained};
    my @waiting = map { $_->[1] } map { @$_ } values %{ $self->{pings} };
    $self->{over} = 1;
    @$self{qw(text binary pings)} = ([], [], {});
    delete $self->{on_ready};
    my $error = delete $self->{error};
    $failure = $error->[0] if $error;
    for ($drained, @waiting) {
        $_->fail($failure // Net::Golws::X::NotSent->new) if $_ && !$_->is_ready;
    }
    return if $promise->is_ready;
    defined $failure ? $promise->fail($failure) : $promise->done($result);
}

package Net::Golws::Pause;

sub CLONE_SKIP { 1 }
sub DESTROY { ${ $_[0] }->resume if ${^GLOBAL_PHASE} ne 'DESTRUCT' && ${ $_[0] } }

1;
