package Net::Golws::Promise;
use strict;
use warnings;
use parent 'Future';
use Scalar::Util 'blessed';

# A Future that knows its loop, so that await and get run it; and whose chains hold without being kept, as those of
# promises do.

sub for_loop {
    my ($class, $loop) = @_;
    return $class->new->set_udata(golws_loop => $loop);
}

sub new {
    my $proto = shift;
    my $self = $proto->SUPER::new(@_);
    $self->set_udata(golws_loop => $proto->udata('golws_loop')) if ref $proto;
    return $self;
}

sub await {
    my $self = shift;
    $self->udata('golws_loop')->run_until($self) if !$self->is_ready;
    return $self;
}

sub _kept { my $f = shift; $f->retain if !$f->is_ready; return $f }

sub then  { my $self = shift; return _kept(scalar $self->SUPER::then(@_)) }
sub catch { my $self = shift; return _kept(scalar $self->SUPER::catch(@_)) }

sub finally {
    my ($self, $code) = @_;
    return _kept(scalar $self->followed_by(sub {
        my $before = shift;
        my $result = $code->();
        return $before if !(blessed $result && $result->isa('Future'));
        return $result->then(sub { $before });
    }));
}

1;
