package Scenario;
# What must hold on every loop: t/loop-*.t names the loop and runs this.
use strict;
use warnings;
use Exporter 'import';
use Test::More;
use Scalar::Util 'weaken';
use Net::Golws;
our @EXPORT = qw(scenario outcome echo_server descriptors);

# What became of a promise: (code, reason), or the exception.
sub outcome {
    my $promise = shift;
    my $result = eval { $promise->get } or return $@;
    return "closed $result->[0] $result->[1]";
}

sub echo_server {
    my %more = @_;
    my $then = delete $more{then};
    return Net::Golws::serve(
        host          => '127.0.0.1',
        on_connection => sub {
            my $courier = shift;
            $courier->on_text(sub { $courier->send_text($_[0]) });
            $courier->on_binary(sub { $courier->send_binary($_[0]) });
            $then->($courier) if $then;
        },
        %more,
    );
}

sub descriptors { opendir my $d, '/proc/self/fd' or die; return scalar grep { !/^\./ } readdir $d }

sub scenario {
    my ($loop, %o) = @_;
    my @loop = (loop => $loop);
    my %seen;
    my $server = echo_server(@loop, subprotocols => [ 'chat', 'echo' ], compression => 1, then => sub {
        my $courier = shift;
        $seen{path}        = $courier->path;
        $seen{header}      = $courier->header('X-Mine');
        $seen{subprotocol} = $courier->subprotocol;
        $seen{ends}{ $courier->{connection}->id } = $courier->done;
    });
    my $url = 'ws://127.0.0.1:' . $server->port . '/';
    ok $server->port, 'a server listens';

    subtest 'messages of all kinds' => sub {
        my @texts = ('', 'plain', "gr\x{fc}n", "\x{263a}\x{1f600}", 'x' x 70_000);
        my @got;
        my $promise = Net::Golws::connect(
            @loop, url => $url . 'a/path?query', subprotocols => [ 'other', 'echo' ], headers => [ 'X-Mine' => 'yes' ],
            on_ready => sub {
                my $courier = shift;
                is $courier->subprotocol, 'echo', 'the subprotocol both have';
                $courier->on_text(sub { push @got, $_[0] });
                $courier->on_text(sub {
                    return if @got < @texts;
                    $courier->send_binary(join '', map chr, 0 .. 255);
                });
                $courier->on_binary(sub {
                    is $_[0], join('', map chr, 0 .. 255), 'every byte comes back';
                    $courier->close(4000, "genug \x{263a}");
                });
                $courier->send_text($_) for @texts;
            });
        is outcome($promise), "closed 4000 genug \x{263a}", 'the promise has code and reason';
        is_deeply \@got, \@texts, 'every text comes back, characters as they were';
        is_deeply [ @seen{qw(path header subprotocol)} ], [ '/a/path', 'yes', 'echo' ], 'the server saw the request';
        my ($end) = values %{ $seen{ends} };
        is outcome($end), "closed 4000 genug \x{263a}", 'its courier ended alike';
    };

    subtest 'compression' => sub {
        my $promise = Net::Golws::connect(@loop, url => $url, compression => 1, on_ready => sub {
            my $courier = shift;
            $courier->on_text(sub { is $_[0], 'abc' x 100_000, 'comes back'; $courier->close });
            $courier->send_text('abc' x 100_000);
        });
        is outcome($promise), 'closed 1000 ', 'closed';
    };

    subtest 'a die in a handler reaches the promise' => sub {
        my $promise = Net::Golws::connect(@loop, url => $url, on_ready => sub { die "in on_ready\n" });
        is outcome($promise), "in on_ready\n", 'from on_ready';
        my $calls = 0;
        $promise = Net::Golws::connect(@loop, url => $url, on_ready => sub {
            my $courier = shift;
            $courier->on_text(sub { $calls++; die { an => 'object' } });
            $courier->send_text($_) for 1 .. 5;
        });
        is_deeply outcome($promise), { an => 'object' }, 'from on_text, an object as it is';
        is $calls, 1, 'and no more messages after it';
    };

    subtest 'failures have types' => sub {
        my $failed = outcome(Net::Golws::connect(@loop, url => 'ws://127.0.0.1:1/', on_ready => sub { }));
        isa_ok $failed, 'Net::Golws::X::ConnectionFailed';
        like $failed->text, qr/refused/, 'with a text';
        $failed = outcome(Net::Golws::connect(@loop, url => $url, subprotocols => ['unknown'], on_ready => sub { }));
        isa_ok $failed, 'Net::Golws::X::UpgradeRefused';
        is $failed->status, 400, 'with the status';
        $failed = outcome(Net::Golws::connect(@loop, url => 'wss://127.0.0.1/', on_ready => sub { }));
        isa_ok $failed, 'Net::Golws::X::ConnectionFailed';
        $failed = outcome(Net::Golws::connect(@loop, url => $url, max_size => 1000, on_ready => sub { $_[0]->send_text('y' x 1001) }));
        isa_ok $failed, 'Net::Golws::X::ClosedAbnormally';
        is $failed->code, 1009, 'a message above max_size';
    };

    subtest 'pause' => sub {
        my ($guard, @got, $while_paused);
        my $promise = Net::Golws::connect(@loop, url => $url, on_ready => sub {
            my $courier = shift;
            $courier->on_text(sub {
                push @got, $_[0];
                if (@got == 1) {
                    $guard = $courier->pause;
                    # a second connection gives the first one's messages the time to come
                    Net::Golws::connect(@loop, url => $url, on_ready => sub {
                        my $other = shift;
                        my $rounds = 0;
                        $other->on_text(sub {
                            return $other->send_text('again') if ++$rounds < 20;
                            $while_paused = @got;
                            undef $guard;
                            $other->close;
                        });
                        $other->send_text('go');
                    });
                }
                $courier->close if @got == 10;
            });
            $courier->send_text($_) for 1 .. 10;
        });
        is outcome($promise), 'closed 1000 ', 'closed';
        is $while_paused, 1, 'nothing comes while the guard lives';
        is_deeply \@got, [ 1 .. 10 ], 'all comes when it has gone, in order';
    };

    subtest 'ping, drained, cancel' => sub {
        my ($time, $drained);
        my $promise = Net::Golws::connect(@loop, url => $url, on_ready => sub {
            my $courier = shift;
            $courier->ping->then(sub {
                $time = shift;
                $courier->drained->then(sub { $drained++; $courier->close });
            });
        });
        is outcome($promise), 'closed 1000 ', 'closed';
        ok defined $time && $time >= 0 && $time < 30, 'a ping is answered with its time';
        ok $drained, 'the queue drains';

        my $courier;
        $promise = Net::Golws::connect(@loop, url => $url, on_ready => sub { ($courier) = @_; $courier->send_text('x'); $courier->on_text(sub { $promise->cancel }) });
        my $sentry = $server->{loop}{couriers};
        $server->{loop}->run_until(_until($server->{loop}, sub { $promise->is_cancelled && !(grep { $_ == $courier } values %$sentry) }));
        ok !eval { $courier->send_text('late'); 1 }, 'cancelling the promise closes';
        isa_ok $@, 'Net::Golws::X::NotSent';
    };

    subtest 'nothing is left' => sub {
        # both ends of the last connections may still be saying goodbye
        my $quiet = sub { !%{ $server->{loop}{couriers} } && $server->{loop}{context}->idle };
        $server->{loop}->run_until(_until($server->{loop}, $quiet));
        my $before = descriptors();
        my (%made, $ended);
        {
            no warnings 'redefine';
            my $new = \&Net::Golws::Courier::_new;
            local *Net::Golws::Courier::_new = sub { $made{made}++; $new->(@_) };
            *Net::Golws::Courier::DESTROY = sub { $made{destroyed}++ };
            my $n = $o{connections} // 100;
            my $at_once = 10;
            my $all = Net::Golws::Promise->for_loop($server->{loop});
            my $start; $start = sub {
                Net::Golws::connect(@loop, url => $url, on_ready => sub {
                    my $courier = shift;
                    $courier->on_text(sub { $courier->close });
                    $courier->send_text('hello');
                })->finally(sub {
                    $ended++;
                    return $all->done if $ended == $n;
                    $start->() if $ended <= $n - $at_once;
                });
            };
            $start->() for 1 .. $at_once;
            $all->get;
            undef $start;
            is $ended, $n, "$n connections";
            $server->{loop}->run_until(_until($server->{loop}, $quiet));
            %seen = ();
            undef $all;
            is $made{made}, 2 * $n, 'as many couriers at each end';
            is $made{destroyed}, $made{made}, 'all destroyed';
            is(Net::Golws::Context->live, 0, 'and so are their C objects');
        }
        cmp_ok descriptors(), '<=', $before, 'no descriptor remains';
    };

    my $fd_watched = $server->{loop}{watching};
    $server->stop;
    $server->{loop}->run_until(_until($server->{loop}, sub { !$server->{loop}{watching} }));
    ok $fd_watched && !$server->{loop}{watching}, 'without connections and servers nothing is watched';
    ok eval { echo_server(@loop, port => $server->port)->stop; 1 }, 'the port is free again' or diag $@;
}

# A promise that is looked at whenever the loop has served.
my @until;
sub _until {
    my ($loop, $code) = @_;
    my $promise = Net::Golws::Promise->for_loop($loop);
    return $promise->done if $code->();
    push @until, [ $code, $promise ];
    $loop->_context->wake;
    return $promise;
}
{
    no warnings 'redefine';
    my $serve = \&Net::Golws::Loop::_serve;
    *Net::Golws::Loop::_serve = sub {
        $serve->(@_);
        my @met = grep { $_->[0]->() } @until;
        @until = grep { my $u = $_; !grep { $_ == $u } @met } @until;
        $_->[1]->done for @met;
    };
}

# The C of warnings at the end: prove shows them, this makes them fail.
my $warned = 0;
$SIG{__WARN__} = sub { $warned++; warn @_ };
END { $? = 1 if $warned && !$? }

1;
