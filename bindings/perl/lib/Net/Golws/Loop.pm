package Net::Golws::Loop;
use strict;
use warnings;
use Carp 'croak';
use Hash::Util::FieldHash 'fieldhash';
use Scalar::Util qw(blessed weaken refaddr);
use Net::Golws::Courier;
use Net::Golws::Server;
use Net::Golws::X;

# One context of the library on somebody's event loop. A subclass for each kind of loop has:
#   _watch($fd, $code)   calls $code whenever $fd is readable
#   _unwatch             until now
#   run_until($future)   runs the loop until the future is ready
#   host_class, default_host    where connections may name a loop object: its class, and the one to take without
# The descriptor is watched only while there are connections or servers, so that a host with nothing else to do ends.

my %ALL;                    # every loop by address, weakly, for the end of the process
my %SINGLE;                 # of hosts that are not objects: one each
fieldhash my %OF_HOST;      # goes when the host does

# In a new thread: what is the other one's stays so, and loops that are used here are made anew.
sub CLONE {
    for my $loop (grep { $_ } values %ALL) {
        $loop->{pid} = -1;
        delete $loop->{context};
    }
    %ALL = %SINGLE = %OF_HOST = ();
}

my @KINDS = (               # loaded already? then it is the default
    [ 'Mojo::IOLoop'   => 'Mojo' ],
    [ 'IO::Async::Loop' => 'IOAsync' ],
    [ 'AnyEvent'       => 'AnyEvent' ],
    [ 'EV'             => 'EV' ],
);

sub _load {
    my $kind = shift;
    croak "there is no loop called $kind" if $kind !~ /\A[A-Z][A-Za-z]+\z/;
    my $class = "Net::Golws::Loop::$kind";
    require "Net/Golws/Loop/$kind.pm";
    return $class;
}

# What `loop` may be: nothing, a name, a Net::Golws::Loop, a loop object of IO::Async or Mojo.
sub for {
    my ($class, $spec) = @_;
    if (!defined $spec) {
        my @loaded = grep { my $file = "$_->[0].pm" =~ s{::}{/}gr; $INC{$file} } @KINDS;
        # EV is AnyEvent's, IO::Async's or Mojo's backend where one of them is there
        pop @loaded if @loaded > 1 && $loaded[-1][0] eq 'EV';
        croak 'several event loops are loaded (' . join(', ', map { $_->[0] } @loaded) . '): say which by loop => NAME'
            if @loaded > 1;
        $spec = @loaded ? $loaded[0][1] : 'Blocking';
    }
    if (blessed $spec) {
        return $spec if $spec->isa(__PACKAGE__);
        for my $kind (qw(IOAsync Mojo)) {
            my $host_class = { IOAsync => 'IO::Async::Loop', Mojo => 'Mojo::IOLoop' }->{$kind};
            return $OF_HOST{$spec} //= _load($kind)->_new($spec) if $spec->isa($host_class);
        }
        croak 'loop: not a loop that is known: ' . ref $spec;
    }
    my $kind_class = _load($spec =~ s/\AIO::Async(?:::Loop)?\z/IOAsync/r =~ s/\AMojo::IOLoop\z/Mojo/r);
    my $host = $kind_class->default_host;
    return ref $host ? $OF_HOST{$host} //= $kind_class->_new($host) : $SINGLE{$kind_class} //= $kind_class->_new;
}

sub default_host { undef }

sub _new {
    my ($class, $host) = @_;
    my $self = bless { host => $host, couriers => {}, servers => {}, pid => $$ }, $class;
    weaken($self->{host}) if ref $host;
    weaken($ALL{ refaddr $self } = $self);
    return $self;
}

sub host { $_[0]{host} }

sub _context {
    my $self = shift;
    return $self->{context} //= do { $self->{pid} = $$; Net::Golws::Context->new };
}

sub _connect {
    my ($self, $on_ready, @args) = @_;
    my $connection = $self->_context->connect(@args);
    my $courier = Net::Golws::Courier->_new(loop => $self, connection => $connection, on_ready => $on_ready);
    $self->{couriers}{ $connection->id } = $courier;
    $self->_attend;
    return $courier->done;
}

sub _listen {
    my ($self, $server, @args) = @_;
    my $context = $self->_context;
    # the library would take it for a second vhost on that port
    Net::Golws::X::ListenFailed->throw(text => "another server of this loop has port $args[1]")
        if grep { $_->{port} == $args[1] } values %{ $self->{servers} };
    my ($id, $port) = $context->listen(@args);
    Net::Golws::X::ListenFailed->throw(text => $context->complaint || 'no reason given') if !defined $id;
    @$server{qw(loop id port)} = ($self, $id, $port);
    $self->{servers}{$id} = $server;
    $self->_attend;
    return $server;
}

sub _stop {
    my ($self, $server) = @_;
    return if !delete $self->{servers}{ $server->{id} };
    $self->_context->unlisten($server->{id});
    return;
}

sub _busy {
    my $self = shift;
    return %{ $self->{couriers} } || %{ $self->{servers} } || $self->{watching} && !$self->{context}->idle;
}

# Begins or ends to watch, as there is something to watch for or not.
sub _attend {
    my $self = shift;
    my $busy = $self->_busy;
    return if !$busy == !$self->{watching};
    if ($busy) {
        weaken(my $weak = $self);
        $self->{held_host} = $self->{host};
        $self->_watch($self->_context->fd, sub { $weak->_serve if $weak });
    }
    else {
        $self->_unwatch;
        delete $self->{held_host};
    }
    $self->{watching} = $busy;
}

my @HOW = qw(_ready _accepted _text _binary _pong _writable _failed _closed);    # as enum event_kind
my %ENDS = (_failed => 1, _closed => 1);

sub _serve {
    my $self = shift;
    my $context = $self->{context} or return;
    if ($self->{pid} != $$) {
        $self->_abandon;
        Net::Golws::X::Forked->throw;
    }
    $context->service;
    return $self->_attend if eval { $self->_deliver($context); 1 };
    # A signal's handler died, or code that hangs on a promise. What has not been delivered comes in the next round.
    my $error = $@;
    $context->wake;
    die $error;
}

sub _deliver {
    my ($self, $context) = @_;
    while (my ($id, $kind, $first, $second, $connection) = $context->next_event) {
        my $how = $HOW[$kind];
        if ($how eq '_accepted') {
            my $server = $self->{servers}{$first} or next;
            my $courier = $self->{couriers}{$id} = $server->_accept($connection, $second);
            $courier->_call($server->{on_connection}, $courier);
            next;
        }
        my $courier = $ENDS{$how} ? delete $self->{couriers}{$id} : $self->{couriers}{$id};
        $courier->$how($first, $second) if $courier;
    }
}

# In a child: lets go of what is the parent's.
sub _abandon {
    my $self = shift;
    local $@;
    eval { $self->_unwatch } if delete $self->{watching};
    my @couriers = values %{ $self->{couriers} };
    $self->{couriers} = {};
    $self->{servers}  = {};
    $_->_settle(Net::Golws::X::Forked->new) for @couriers;
}

# At the end of the process, and of a host: closes what is open, and tells nobody.
sub shutdown {
    my $self = shift;
    delete $ALL{ refaddr $self };
    return if $self->{pid} != $$;
    eval { $self->_unwatch; 1 } or warn $@ if delete $self->{watching};
    delete $self->{held_host};
    my @couriers = values %{ $self->{couriers} };
    $self->{couriers} = {};
    $self->{servers}  = {};
    delete @$_{qw(on_ready text binary pings drained promise)} for @couriers;
    delete $self->{context};
}

sub DESTROY { $_[0]->shutdown if ${^GLOBAL_PHASE} ne 'DESTRUCT' }

END {
    $_ && $_->shutdown for values %ALL;
}

1;
