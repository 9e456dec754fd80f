package Net::Golws;
use strict;
use warnings;
use Carp 'croak';

our $VERSION = '0.001';

require XSLoader;
XSLoader::load('Net::Golws', $VERSION);

require Net::Golws::Loop;
require Net::Golws::X;

sub Net::Golws::Context::CLONE_SKIP    { 1 }
sub Net::Golws::Connection::CLONE_SKIP { 1 }

my $TOKEN = qr/[!#\$%&'*+\-.^_`|~0-9A-Za-z]+/;

sub _subprotocols {
    my $list = shift // [];
    croak 'subprotocols is an array reference' if ref $list ne 'ARRAY';
    /\A$TOKEN\z/ or croak "not a subprotocol: '$_'" for @$list;
    return @$list;
}

sub _url {
    my $url = shift // croak 'no url';
    utf8::downgrade($url, 1) or croak 'the url is not ASCII: encode it';
    my ($scheme, $ipv6, $name, $port, $path) =
        $url =~ m{\A(wss?)://(?:\[([0-9A-Fa-f:.]+)\]|([^/?\#:\@\[\]\s]+))(?::([0-9]+))?((?:[/?][!-~]*)?)\z}i
        or croak "not a WebSocket URL: $url";
    croak 'the url has a fragment' if $path =~ /#/;
    my $secure = lc $scheme eq 'wss';
    my $usual  = $secure ? 443 : 80;
    $port //= $usual;
    croak "no such port: $port" if $port < 1 || $port > 65535;
    $path = "/$path" if $path !~ m{\A/};
    my $host = (defined $ipv6 ? "[$ipv6]" : $name) . ($port == $usual ? '' : ":$port");
    return ($secure, $ipv6 // $name, $port, $path, $host);
}

# Pairs in an array, or a hash; a value may be an array of several.
sub _headers {
    my $headers = shift // [];
    my @pairs = ref $headers eq 'HASH' ? map { ($_ => $headers->{$_}) } sort keys %$headers : @$headers;
    croak 'headers are pairs of names and values' if @pairs % 2;
    my $text = '';
    while (my ($name, $values) = splice @pairs, 0, 2) {
        croak "not the name of a header: '$name'" if $name !~ /\A$TOKEN\z/;
        for my $value (ref $values eq 'ARRAY' ? @$values : $values) {
            croak "the value of header $name has characters that cannot be sent" if $value =~ /[^\t\x20-\x7e\x80-\xff]/;
            utf8::downgrade(my $bytes = $value);
            $text .= "$name: $bytes\r\n";
        }
    }
    return $text;
}

sub _unknown { my ($sub, $o) = @_; croak "$sub: unknown " . join ', ', sort keys %$o if %$o }

sub connect {
    croak 'connect takes pairs' if @_ % 2;
    my %o = @_;
    my ($secure, $address, $port, $path, $host) = _url(delete $o{url});
    my @subprotocols = _subprotocols(delete $o{subprotocols});
    my $headers      = _headers(delete $o{headers});
    my $compression  = delete $o{compression} ? 1 : 0;
    my $max_size     = delete $o{max_size} // 1 << 20;
    my $origin       = delete $o{origin};
    my $on_ready     = delete $o{on_ready};
    my $loop         = delete $o{loop};
    croak 'connect: on_ready is a code reference' if ref $on_ready ne 'CODE';
    croak 'connect: the origin has characters that cannot be sent' if defined $origin && $origin =~ /[^\x21-\x7e]/;
    _unknown('connect', \%o);
    $loop = Net::Golws::Loop->for($loop);
    if ($secure) {
        return Net::Golws::Promise->for_loop($loop)
            ->fail(Net::Golws::X::ConnectionFailed->new(text => 'wss is not available: this golws has no TLS'));
    }
    return $loop->_connect($on_ready, $address, $port, $path, $host, $origin,
        @subprotocols ? join(', ', @subprotocols) : undef,
        $headers, $compression, $max_size);
}

sub serve {
    croak 'serve takes pairs' if @_ % 2;
    my %o = @_;
    my $host          = delete $o{host};
    my $port          = delete $o{port} // 0;
    my @subprotocols  = _subprotocols(delete $o{subprotocols});
    my $compression   = delete $o{compression} ? 1 : 0;
    my $max_size      = delete $o{max_size} // 1 << 20;
    my $mounts        = delete $o{mounts} // {};
    my $on_connection = delete $o{on_connection};
    my $on_error      = delete $o{on_error} // \&_say;
    my $loop          = delete $o{loop};
    croak 'serve: on_connection is a code reference' if ref $on_connection ne 'CODE';
    croak 'serve: on_error is a code reference'      if ref $on_error ne 'CODE';
    croak "serve: no such port: $port" if $port !~ /\A[0-9]+\z/ || $port > 65535;
    m{\A/[!-~]*\z} && length() < 256 or croak "serve: not a path to mount on: $_" for keys %$mounts;
    -d or croak "serve: no such folder: $_" for values %$mounts;
    _unknown('serve', \%o);
    return Net::Golws::Loop->for($loop)->_listen(
        bless({ on_connection => $on_connection, on_error => $on_error }, 'Net::Golws::Server'),
        $host, $port, \@subprotocols, [ map { $_ => $mounts->{$_} } sort keys %$mounts ],
        $compression, $max_size);
}

# What a server does about the failed end of a connection, unless told otherwise. Of the library's own exceptions it
# says nothing: peers that vanish are no news.
sub _say {
    my $error = shift;
    warn "Net::Golws: in a connection: $error" . ("$error" =~ /\n\z/ ? '' : "\n")
        if !(Scalar::Util::blessed($error) && $error->isa('Net::Golws::X'));
}

1;

__END__

=encoding utf8

=head1 NAME

Net::Golws - WebSocket client and server on your event loop

=head1 SYNOPSIS

    use AnyEvent;
    use Net::Golws;

    Net::Golws::connect(
        url      => 'ws://127.0.0.1:7681/',
        on_ready => sub {
            my $courier = shift;
            $courier->on_text(sub { print "$_[0]\n"; $courier->close(1000, 'thanks') });
            $courier->send_text('hello');
        },
    )->then(
        sub { my ($code, $reason) = @{ $_[0] }; print "closed: $code $reason\n" },
        sub { print "failed: $_[0]\n" },
    )->await;

=head1 DESCRIPTION

See F<docs/perl.md> in the golws distribution for the whole interface.

=cut
