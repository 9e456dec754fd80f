package Net::Golws::X;
# The exceptions: objects with fields that stringify to one line.
use strict;
use warnings;
use overload '""' => sub { $_[0]->message }, bool => sub { 1 }, fallback => 1;

sub new   { my ($class, %fields) = @_; return bless {%fields}, $class }
sub throw { my $class = shift; die $class->new(@_) }

package Net::Golws::X::ConnectionFailed;
our @ISA = ('Net::Golws::X');
sub text    { $_[0]{text} }
sub message { "the connection failed: $_[0]{text}" }

package Net::Golws::X::UpgradeRefused;
our @ISA = ('Net::Golws::X');
sub status  { $_[0]{status} }
sub text    { $_[0]{text} }
sub message { "the server refused the WebSocket with status $_[0]{status}" }

package Net::Golws::X::ClosedAbnormally;
our @ISA = ('Net::Golws::X');
sub code   { $_[0]{code} }
sub reason { $_[0]{reason} }
sub message {
    my $self = shift;
    return "the connection was closed abnormally, code $self->{code}" . (length $self->{reason} ? ": $self->{reason}" : '');
}

package Net::Golws::X::NotSent;
our @ISA = ('Net::Golws::X');
sub message { 'not sent: the connection is closed or closing, or too much waits to be sent' }

package Net::Golws::X::ListenFailed;
our @ISA = ('Net::Golws::X');
sub text    { $_[0]{text} }
sub message { "cannot listen: $_[0]{text}" }

package Net::Golws::X::Forked;
our @ISA = ('Net::Golws::X');
sub message { 'this process was forked from one in which this loop had been used: use it in one of them only' }

1;
