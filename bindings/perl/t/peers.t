use strict; use warnings; use lib 't/lib';
use Test::More;
use File::Temp;
use Scenario;

# Python's websockets as server and as client. GOLWS_PEER_PYTHON is a Python that has it.

my $python = $ENV{GOLWS_PEER_PYTHON} // 'python3';
plan skip_all => "no Python with websockets: GOLWS_PEER_PYTHON is not set, or $python lacks it"
    if system "$python -c 'import websockets.sync.server' 2>/dev/null";

sub python {
    my ($code, @args) = @_;
    my $file = File::Temp->new(SUFFIX => '.py');
    print $file $code;
    close $file;
    my $pid = open my $out, '-|', $python, "$file", @args or die "$python: $!";
    return ($pid, $out, $file);
}

my @loop = (loop => 'Blocking');

subtest 'our client, their server' => sub {
    my ($pid, $out, $file) = python(<<'P');
import http, sys
from websockets.sync.server import serve
def handler(ws):
    for m in ws:
        ws.send(m)
        if m == "close": return ws.close(4321, "wie gewünscht")
def process(c, request):
    if request.path == "/forbidden": return c.respond(http.HTTPStatus.FORBIDDEN, "no")
with serve(handler, "127.0.0.1", 0, subprotocols=["superchat", "chat"], process_request=process, max_size=None) as s:
    print(s.socket.getsockname()[1], flush=True)
    s.serve_forever()
P
    chomp(my $port = <$out>);
    my $url = "ws://127.0.0.1:$port";
    for my $compression (0, 1) {
        my @texts = map { "\x{263a}" x $_ } 0, 1, 41, 42, 125, 126, 1000, 21845, 21846, 100_000;
        my @got;
        my $promise = Net::Golws::connect(@loop, url => $url, compression => $compression, subprotocols => ['chat'], on_ready => sub {
            my $courier = shift;
            is $courier->subprotocol, 'chat', 'subprotocol';
            $courier->on_text(sub { push @got, $_[0]; $courier->send_binary("\0\xff" x 50_000) if @got == @texts });
            $courier->on_binary(sub { is $_[0], "\0\xff" x 50_000, 'binary'; $courier->ping('p')->then(sub { $courier->send_text('close') }) });
            $courier->send_text($_) for @texts;
        });
        is outcome($promise), "closed 4321 wie gew\x{fc}nscht", 'code and reason';
        pop @got;
        is_deeply [ map length, @got ], [ map length, @texts ], 'lengths';
        ok !(grep { $got[$_] ne $texts[$_] } 0 .. $#texts), 'texts' . ($compression ? ', compressed' : '');
    }
    my $failed = outcome(Net::Golws::connect(@loop, url => "$url/forbidden", on_ready => sub { }));
    isa_ok $failed, 'Net::Golws::X::UpgradeRefused';
    is $failed->status, 403, 'status';
    kill TERM => $pid;
    waitpid $pid, 0;
};

subtest 'their client, our server' => sub {
    my @ends;
    my $server = echo_server(@loop, subprotocols => [ 'a', 'b' ], compression => 1, max_size => 1 << 21, then => sub { push @ends, $_[0]->done });
    my $url = 'ws://127.0.0.1:' . $server->port . '/path';
    my ($pid, $out, $file) = python(<<'P', $url);
import sys
from websockets.sync.client import connect
from websockets.exceptions import ConnectionClosed
for compression in (None, "deflate"):
    with connect(sys.argv[1], subprotocols=["x", "b"], compression=compression, max_size=None) as ws:
        assert ws.subprotocol == "b", ws.subprotocol
        assert (compression is None) == (not ws.protocol.extensions), ws.protocol.extensions
        for n in (0, 1, 125, 126, 65535, 65536, 300000):
            for m in ("ä" * n, b"\x00\xff" * n):
                ws.send(m)
                assert ws.recv() == m
        ws.send(["in ", "pieces"])
        assert ws.recv() == "in pieces"
        assert ws.ping().wait(20)
        ws.close(4000, "dänke")
with connect(sys.argv[1], subprotocols=["a"], compression=None) as ws:
    ws.send(b"x" * (2**21 + 1))
    try: ws.recv(); print("too much is taken")
    except ConnectionClosed as e: assert e.rcvd.code == 1009, e
print("fine", flush=True)
P
    my $loop = Net::Golws::Loop->for('Blocking');
    my $said = '';
    until (eof_after($out, \$said)) { $loop->run_once(0.02) }
    is $said, "fine\n", 'Python is content';
    waitpid $pid, 0;
    is $?, 0, 'and ends well';
    is outcome($ends[$_]), "closed 4000 d\x{e4}nke", 'the courier knows code and reason' for 0, 1;
    my $failed = outcome($ends[2]);
    isa_ok $failed, 'Net::Golws::X::ClosedAbnormally';
    is $failed->code, 1009, 'code';
    $server->stop;
};

# Whether the pipe has ended; takes what is there without waiting.
sub eof_after {
    my ($pipe, $said) = @_;
    vec(my $readable = '', fileno $pipe, 1) = 1;
    return 0 if !select $readable, undef, undef, 0;
    return !sysread $pipe, $$said, 4096, length $$said;
}

done_testing;
