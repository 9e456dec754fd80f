use strict; use warnings; use lib 't/lib';
use Test::More;
use IO::Socket::INET;
use Scenario;

# Ends that no golws at the other side would make: a plain socket plays the peer.

my @loop = (loop => 'Blocking');
my $loop = Net::Golws::Loop->for('Blocking');

my $listener = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1', Blocking => 0) or die $@;
my $url = 'ws://127.0.0.1:' . $listener->sockport . '/';

# Connects, lets the peer read the request and then do something with its socket.
sub against {
    my ($then, %more) = @_;
    my $promise = Net::Golws::connect(@loop, url => $url, on_ready => sub { }, %more);
    my ($peer, $request) = (undef, '');
    until ($request =~ /\r\n\r\n\z/) {
        $loop->run_once(0.05);
        $peer //= $listener->accept or next;
        $peer->blocking(0);
        sysread $peer, $request, 4096, length $request;
    }
    $peer->blocking(1);
    $then->($peer, $request);
    return outcome($promise);
}

sub accept_key {
    require Digest::SHA;
    require MIME::Base64;
    my ($key) = shift =~ /^sec-websocket-key: *(\S+)/mi;
    return MIME::Base64::encode_base64(Digest::SHA::sha1($key . '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'), '');
}
sub welcome { "HTTP/1.1 101 Hello\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " . accept_key(shift) . "\r\n\r\n" }

for my $status (401, 403, 503, 200) {
    my $failed = against(sub { syswrite $_[0], "HTTP/1.1 $status Text\r\nContent-Length: 0\r\n\r\n"; close $_[0] });
    isa_ok $failed, 'Net::Golws::X::UpgradeRefused';
    is $failed->status, $status, "refused with $status";
    like "$failed", qr/\b$status\b/, 'which the text says';
}
isa_ok against(sub { close $_[0] }), 'Net::Golws::X::ConnectionFailed', 'hung up on';
isa_ok against(sub { syswrite $_[0], "SSH-2.0-what\r\n"; close $_[0] }), 'Net::Golws::X::ConnectionFailed', 'not HTTP';

my $failed = against(sub { syswrite $_[0], welcome($_[1]); close $_[0] });
isa_ok $failed, 'Net::Golws::X::ClosedAbnormally';
is $failed->code, 1006, 'a peer that vanishes is code 1006';

$failed = against(sub { syswrite $_[0], welcome($_[1]) . "\x88\x06\x03\xf3oops"; });
isa_ok $failed, 'Net::Golws::X::ClosedAbnormally';
is $failed->code, 1011, "the peer's code";
is $failed->reason, 'oops', 'and reason';
is against(sub { syswrite $_[0], welcome($_[1]) . "\x88\x00"; close $_[0] }), 'closed 1005 ', 'a close without a code is none to fear';
is against(sub { syswrite $_[0], welcome($_[1]) . "\x88\x05\x0f\xa0bye"; close $_[0] }), 'closed 4000 bye', "an application's code";

my @texts;
$failed = against(sub { syswrite $_[0], welcome($_[1]) . "\x81\x02ok\x81\x02\xff\xfe"; },
    on_ready => sub { $_[0]->on_text(sub { push @texts, $_[0] }) });
isa_ok $failed, 'Net::Golws::X::ClosedAbnormally';
is_deeply \@texts, ['ok'], 'text that is not UTF-8 does not come through';

# a message in pieces
@texts = ();
is against(
    sub { syswrite $_[0], welcome($_[1]) . "\x01\x02\xe2\x98\x80\x01\xba\x88\x02\x03\xe8"; close $_[0] },
    on_ready => sub { $_[0]->on_text(sub { push @texts, $_[0] }) },
), 'closed 1000 ', 'closed';
is_deeply \@texts, ["\x{263a}"], 'a character in two frames is one character';

# a request's head that is all ours
my $seen;
against(sub { $seen = $_[1]; close $_[0] }, headers => [ 'X-A' => 'b', 'X-L' => [ 1, 2 ] ], origin => 'http://here', subprotocols => [ 'a', 'b' ]);
like $seen, qr/^X-A: b\r$/m, 'headers are sent';
like $seen, qr/^X-L: 1\r\nX-L: 2\r$/m, 'one with two values twice';
like $seen, qr/^origin: *http:\/\/here\r$/mi, 'the origin';
like $seen, qr/^sec-websocket-protocol: *a, *b\r$/mi, 'the subprotocols';

subtest 'a server whose handlers die' => sub {
    my @errors;
    my $server = Net::Golws::serve(@loop, host => '127.0.0.1', on_error => sub { push @errors, $_[0] }, on_connection => sub {
        my $courier = shift;
        die "at the door\n" if $courier->path eq '/door';
        $courier->on_text(sub { die "at table\n" });
    });
    for my $path ('door', 'table') {
        my $failed = outcome(Net::Golws::connect(@loop, url => 'ws://127.0.0.1:' . $server->port . "/$path", on_ready => sub { eval { $_[0]->send_text('x') } }));
        isa_ok $failed, 'Net::Golws::X::ClosedAbnormally';
        is $failed->code, 1011, 'the client hears 1011';
    }
    is_deeply \@errors, [ "at the door\n", "at table\n" ], 'and on_error the reasons';
    my $end = Net::Golws::connect(@loop, url => 'ws://127.0.0.1:' . $server->port . '/', on_ready => sub { $server->stop });
    ok outcome($end), 'a server that stops ends its connections';
};

subtest 'back-pressure' => sub {
    my ($sent, $drained, $held, $courier) = (0, 0);
    my $peer;
    my $failed = against(
        sub {
            ($peer) = @_;
            syswrite $peer, welcome($_[1]);
            $loop->run_once(0.05) for 1 .. 5;
            ok $courier, 'connected';
            my $more;
            do { $more = $courier->send_binary('x' x 100_000); $sent++ } while $more && $sent < 1000;
            ok !$more, 'a peer that does not read makes send false in the end';
            $courier->drained->then(sub { $drained++ });
            $loop->run_once(0.02) for 1 .. 5;
            is $drained, 0, 'and drained waits';
            1 while eval { $courier->send_binary('x' x 1_000_000); 1 } && ++$sent < 1000;
            isa_ok $@, 'Net::Golws::X::NotSent', 'more than the limit';
            $peer->blocking(0);
            for (1 .. 10_000) {
                last if $drained;
                $loop->run_once(0.001);
                1 while sysread $peer, my $buffer, 1 << 20;
            }
            is $drained, 1, 'when the peer reads it drains';
            ok eval { $courier->send_text('more'); 1 }, 'and more is taken';
            close $peer;
        },
        on_ready => sub { ($courier) = @_ });
    isa_ok $failed, 'Net::Golws::X::ClosedAbnormally';

    my $promise = Net::Golws::connect(@loop, url => $url, on_ready => sub { $held = $_[0]->pause; $courier = $_[0] });
    my ($written, $request) = (0, '');
    my $frame = "\x82\x7e\xff\xff" . 'x' x 65535;
    $loop->run_once(0.05) for 1 .. 5;
    $peer = $listener->accept;
    sysread $peer, $request, 4096;
    syswrite $peer, welcome($request);
    $loop->run_once(0.05) for 1 .. 5;
    $peer->blocking(0);
    for (1 .. 200) {
        $written += syswrite($peer, $frame) // 0;
        $loop->run_once(0.001);
    }
    cmp_ok $written, '<', 200 * length($frame), 'a paused connection reads nothing: its peer cannot write any more';
    undef $held;
    close $peer;
    ok outcome($promise), 'it ends';
};

subtest 'a promise whose code dies' => sub {
    my $server = Net::Golws::serve(@loop, host => '127.0.0.1', on_connection => sub { $_[0]->close(4000) });
    my $at = 'ws://127.0.0.1:' . $server->port;
    my @all = map { Net::Golws::connect(@loop, url => $at, on_ready => sub { }) } 1 .. 5;
    $_->on_ready(sub { die "on_ready of a Future\n" }) for @all;
    my $died = 0;
    for (1 .. 100) {
        eval { $loop->run_once(0.05); 1 } or $died++;
        last if $died == 5;
    }
    is $died, 5, 'the loop hears of each, and goes on';
    is scalar(grep { $_->is_done } @all), 5, 'every promise is ready';
    $server->stop;
};

subtest 'files' => sub {
    my $server = Net::Golws::serve(@loop, host => '127.0.0.1', on_connection => sub { }, mounts => { '/files' => 't/lib' });
    for (['/files/page.html', 200], ['/files/../arguments.t', 404], ['/elsewhere', 404]) {
        my ($path, $status) = @$_;
        my $peer = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->port, Blocking => 0) or die $@;
        my $answer = '';
        syswrite $peer, "GET $path HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        for (1 .. 200) {
            $loop->run_once(0.02);
            my $n = sysread $peer, $answer, 65536, length $answer;
            last if defined $n && !$n;
        }
        like $answer, qr/\AHTTP\/1\.1 $status /, "GET $path: $status";
        like $answer, qr/<p>A page\.<\/p>/, 'with the file' if $status == 200;
    }
    $server->stop;
};

done_testing;
