use strict; use warnings; use lib 't/lib';
use Test::More;
use File::Temp;

# What happens to the process: how it ends, forks, signals. Each case is a program of its own, which must end with
# the given status and have said on stderr what is expected: nothing, usually.

our $prelude = <<'P';
use strict; use warnings;
use Net::Golws;
my @loop = (loop => 'Blocking');
my $server = Net::Golws::serve(@loop, host => '127.0.0.1', on_connection => sub {
    my $courier = shift;
    $courier->on_text(sub { $courier->send_text($_[0]) });
});
my $url = 'ws://127.0.0.1:' . $server->port;
sub talk { my $code = shift; Net::Golws::connect(@loop, url => $url, on_ready => sub { my $c = shift; $c->on_text(sub { $code->($c) }); $c->send_text('x') }) }
P

sub program {
    my ($name, $code, %want) = @_;
    my $file = File::Temp->new(SUFFIX => '.pl');
    print $file $prelude, $code;
    close $file;
    my $err = File::Temp->new;
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        open STDERR, '>&', $err or die;
        open STDOUT, '>', '/dev/null' or die;
        alarm 60;
        exec $^X, (map { "-I$_" } @INC), "$file";
    }
    waitpid $pid, 0;
    my $status = $?;
    my $said = do { local (@ARGV, $/) = "$err"; <> } // '';
    is $status >> 8 | ($status & 127) << 8, $want{status} // 0, "$name: status" or diag $said;
    like $said, $want{says} // qr/\A\z/, "$name: what it says";
}

program 'ends with live connections', 'my $c; talk(sub { $c = shift; $c->{done_talking} = 1 }); my $l = Net::Golws::Loop->for("Blocking"); $l->run_once(1) until $c;';
program 'keeps everything in globals', 'our ($c, $p, $guard); $p = talk(sub { $c = shift; $guard = $c->pause; }); my $l = Net::Golws::Loop->for("Blocking"); $l->run_once(1) until $c; our $cycle = { c => $c }; $cycle->{me} = $cycle;';
program 'exit in a handler', 'talk(sub { exit 7 })->get; die "not reached"', status => 7;
program 'exit in on_ready', 'Net::Golws::connect(@loop, url => $url, on_ready => sub { exit 3 })->get;', status => 3;
program 'a die that nobody catches', 'eval { talk(sub { die "for nobody\n" })->get; 1 } or do { print STDERR $@; exit 255 }', status => 255, says => qr/\Afor nobody\n\z/;
program 'last out of a handler', 'no warnings; for (1) { talk(sub { $_[0]->close; last })->get }';
program 'POSIX::_exit with a connection', 'require POSIX; talk(sub { POSIX::_exit(0) })->get;';
program 'a signal handler that dies', <<'C', status => 0;
local $SIG{ALRM} = sub { die "time is up\n" };
alarm 1;
eval { Net::Golws::connect(@loop, url => $url, on_ready => sub { })->get; 1 } and die 'did not wait';
$@ eq "time is up\n" or die $@;
# and the loop is still good
talk(sub { $_[0]->close })->get->[0] == 1000 or die 'not closed';
C
program 'a rain of signals', <<'C';
my ($n, $rounds) = (0, 0);
$SIG{USR1} = $SIG{CHLD} = sub { $n++ };
my $parent = $$;
my $pid = fork // die;
if (!$pid) { require Time::HiRes; for (1 .. 3000) { kill USR1 => $parent; Time::HiRes::usleep(100) } require POSIX; POSIX::_exit(0) }
talk(sub { ++$rounds < 3000 ? $_[0]->send_text('x') : $_[0]->close })->get;
waitpid $pid, 0;
$n > 10 or die "only $n signals";
C
program 'fork after use', <<'C';
my $promise = talk(sub { });
my $l = Net::Golws::Loop->for('Blocking');
$l->run_once(1) for 1 .. 3;
my $pid = fork // die;
if (!$pid) {
    for my $use (
        sub { Net::Golws::connect(@loop, url => $url, on_ready => sub { }) },
        sub { Net::Golws::serve(@loop, host => '127.0.0.1', on_connection => sub { }) },
        sub { $l->run_once(0) for 1 .. 3; $promise->get },
    ) {
        eval { $use->(); 1 } and die 'it worked';
        ref $@ && $@->isa('Net::Golws::X::Forked') or die "not Forked: $@";
    }
    exit 5;
}
waitpid $pid, 0;
$? >> 8 == 5 or die "the child ended with $?";
talk(sub { $_[0]->close(1000, 'fine') })->get->[1] eq 'fine' or die 'the parent is hurt';
C
program 'a child that only exits', <<'C';
my $promise = talk(sub { });
Net::Golws::Loop->for('Blocking')->run_once(1) for 1 .. 3;
my $pid = fork // die;
exit 0 if !$pid;
waitpid $pid, 0;
$? == 0 or die "the child ended with $?";
talk(sub { $_[0]->close })->get->[0] == 1000 or die 'the parent is hurt';
C

program 'a thread', <<'C' if do { require Config; $Config::Config{usethreads} };
use threads;
talk(sub {
    my $c = shift;
    threads->create(sub { Net::Golws::connect(@loop, url => $url, on_ready => sub { }); 1 })->join or die 'the thread died';
    $c->close(1000, 'fine');
})->get->[1] eq 'fine' or die;
C

# loaded, forked, and used in the child only
{
    local $prelude = "use strict; use warnings; use Net::Golws;\n";
    program 'fork before use', <<'C';
my $pid = fork // die;
if (!$pid) {
    my $server = Net::Golws::serve(loop => 'Blocking', host => '127.0.0.1', on_connection => sub { $_[0]->close(1000, 'hi') });
    my $r = Net::Golws::connect(loop => 'Blocking', url => 'ws://127.0.0.1:' . $server->port, on_ready => sub { })->get;
    exit($r->[1] eq 'hi' ? 0 : 1);
}
waitpid $pid, 0;
exit($? >> 8 || $? & 127);
C
    program 'no loop is loaded', 'Net::Golws::Loop->for->isa("Net::Golws::Loop::Blocking") or die';
    for (['AnyEvent', 'AnyEvent'], ['Mojo::IOLoop', 'Mojo'], ['IO::Async::Loop', 'IOAsync'], ['EV', 'EV']) {
        my ($module, $kind) = @$_;
        next if !eval "require $module; 1";
        program "$module is loaded", "use $module; Net::Golws::Loop->for->isa('Net::Golws::Loop::$kind') or die ref Net::Golws::Loop->for";
    }
    program 'two loops are loaded', 'use AnyEvent; use Mojo::IOLoop; eval { Net::Golws::Loop->for; 1 } and die; $@ =~ /several event loops/ or die $@'
        if eval { require AnyEvent; require Mojo::IOLoop };
}

done_testing;
