use strict; use warnings; use lib 't/lib';
use Test::More;
use IO::Socket::INET;
use Scenario;

my @loop = (loop => 'Blocking');

sub dies(&$$) {
    my ($code, $want, $name) = @_;
    ok(!eval { $code->(); 1 }, $name);
    like $@, $want, '... and says why';
}

my $cb = sub { };
dies { Net::Golws::connect(@loop, on_ready => $cb) } qr/no url/, 'connect without a url';
for my $url ('http://x/', 'ws://', 'ws://a b/', "ws://x/\n", 'ws://x/#f', 'ws://u:p@x/', "ws://x/a\r\nb: c", 'ws://x:y/') {
    dies { Net::Golws::connect(@loop, url => $url, on_ready => $cb) } qr/URL|fragment/, "connect to '" . $url =~ s/\s/?/gr . "'";
}
dies { Net::Golws::connect(@loop, url => 'ws://x:0/', on_ready => $cb) } qr/no such port/, 'port 0';
dies { Net::Golws::connect(@loop, url => 'ws://x:70000/', on_ready => $cb) } qr/no such port/, 'port 70000';
dies { Net::Golws::connect(@loop, url => 'ws://x/') } qr/on_ready/, 'no on_ready';
dies { Net::Golws::connect(@loop, url => 'ws://x/', on_ready => $cb, headres => []) } qr/unknown headres/, 'a misspelt argument';
dies { Net::Golws::connect(@loop, url => 'ws://x/', on_ready => $cb, headers => [ "A\r\nB" => 1 ]) } qr/name of a header/, 'a header name with a line end';
dies { Net::Golws::connect(@loop, url => 'ws://x/', on_ready => $cb, headers => { A => "1\r\nB: 2" }) } qr/cannot be sent/, 'a header value with a line end';
dies { Net::Golws::connect(@loop, url => 'ws://x/', on_ready => $cb, subprotocols => ['a,b']) } qr/not a subprotocol/, 'a subprotocol with a comma';
dies { Net::Golws::connect(url => 'ws://x/', on_ready => $cb, loop => 'Nonesuch') } qr/Nonesuch/, 'a loop that is not there';
dies { Net::Golws::connect(url => 'ws://x/', on_ready => $cb, loop => bless {}, 'Odd') } qr/not a loop/, 'an object that is no loop';
dies { Net::Golws::serve(@loop) } qr/on_connection/, 'serve without on_connection';
dies { Net::Golws::serve(@loop, on_connection => $cb, port => 99999) } qr/no such port/, 'serve on port 99999';
dies { Net::Golws::serve(@loop, on_connection => $cb, mounts => { '/' => '/no/such/folder' }) } qr/no such folder/, 'a mount of nothing';

my $server = echo_server(@loop);
dies { echo_server(@loop, port => $server->port) } qr/cannot listen: .*port/, 'a port that another server of ours has';
my $taken = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1') or die $@;
dies { echo_server(@loop, port => $taken->sockport) } qr/cannot listen: .*in use/, 'a port that somebody else has';
isa_ok $@, 'Net::Golws::X::ListenFailed';

my @error;
my $promise = Net::Golws::connect(@loop, url => 'ws://127.0.0.1:' . $server->port, on_ready => sub {
    my $courier = shift;
    my $wide = "\x{263a}";
    dies { $courier->send_binary($wide) } qr/Wide character/, 'send_binary of characters';
    dies { $courier->send_text("\x{d800}") } qr/cannot encode/, 'send_text of a surrogate';
    dies { $courier->send_text("\x{110000}") } qr/cannot encode/, 'send_text of what is not Unicode';
    for my $code (0, 999, 1004, 1005, 1006, 1015, 2000, 5000, 'x') {
        dies { $courier->close($code) } qr/closed with code/, "close with $code";
    }
    dies { $courier->close(1000, "\x{263a}" x 42) } qr/123 bytes/, 'a reason of 126 bytes';
    dies { $courier->ping('x' x 126) } qr/125 bytes/, 'a ping of 126 bytes';
    dies { $courier->on_text('x') } qr/code reference/, 'on_text of a string';
    my $latin = "\xe9";
    my $upgraded = "\xe9";
    utf8::upgrade($upgraded);
    my @got;
    $courier->on_text(sub { push @got, $_[0] });
    $courier->on_binary(sub { is $_[0], "\xe9", 'bytes are bytes however Perl keeps them'; is_deeply \@got, [ "\xe9", "\xe9" ], 'and characters characters'; $courier->close });
    $courier->send_text($latin);
    $courier->send_text($upgraded);
    ok !utf8::is_utf8($latin), 'the variable is left as it was';
    $courier->send_binary($upgraded);
    ok utf8::is_utf8($upgraded), 'that one too';
});
is outcome($promise), 'closed 1000 ', 'none of that closed the connection';
$server->stop;
done_testing;
