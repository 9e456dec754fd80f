#!/bin/bash
# The hosts' tests (capi/tests/hosts): one scenario on every event loop, whose output must be that of our own loop, and
# the tests of what a library's loop can do. Each against build/out/libwebsockets.so.21 as programs use it, and together
# with the shim's sources under the address and undefined behaviour sanitizers. Names of programs as arguments (libuv,
# loops, host-custom ...) run only those.
. "$(dirname "$0")/c-tests.sh" || exit
need_libraries
tests=capi/tests/hosts
mkdir -p "$work/plain" "$work/asan"

libraries() { # of a program
	case $1 in
	*libuv) pkg-config --cflags --libs libuv ;;
	*libevent) echo -levent_core ;;
	*libev) echo -lev ;;
	*glib) pkg-config --cflags --libs glib-2.0 ;;
	*sdevent) pkg-config --cflags --libs libsystemd ;;
	esac
}

programs=("$@")
if [ ${#programs[@]} = 0 ]; then
	for source in "$tests"/host-*.c "$tests"/loops.c "$tests"/libuv.c "$tests"/custom.c; do programs+=("$(basename "$source" .c)"); done
fi
case " ${programs[*]} " in *" host-own "*) ;; *) programs=(host-own "${programs[@]}") ;; esac

# headers PROGRAM: where its library's are
headers() { libraries "$1" | tr ' ' '\n' | grep -v ^-l | tr '\n' ' '; }

{
	shim_objects shim "$sanitize"
	for name in scenario "${programs[@]}"; do
		object plain "$tests/$name.c" "$(headers "$name")"
		object asan "$tests/$name.c" "$sanitize $(headers "$name")"
	done
	echo "$CC $flags -fPIC -shared -Wl,-soname,libubox.so -o $work/libubox.so $tests/libubox.c"
} | at_once || {
	echo "the tests of the hosts do not compile"
	exit 1
}

verdict() { # title, status
	if [ "$2" = 0 ]; then
		echo "ok   $1"
		passed=$((passed + 1))
	else
		echo "FAIL $1"
		failed=$((failed + 1))
	fi
}

scenario() { # how, program, host
	"$2" "$3" >"$work/$1-$3.out" 2>"$work/stderr"
	local status=$?
	if [ $status != 0 ]; then
		head -n 60 "$work/stderr"
	elif ! diff "$work/plain-own.out" "$work/$1-$3.out" | cut -c1-300 | head -n 20 >"$work/diff" || [ -s "$work/diff" ]; then
		echo "differs from our own loop:"
		cat "$work/diff"
		status=1
	fi
	verdict "hosts/$3 ($1)" $status
}

for name in "${programs[@]}"; do
	link="-L$out -lwebsockets -Wl,-rpath,$out"
	case $name in host-*) with="scenario.o" ;; *) with="" ;; esac
	# shellcheck disable=SC2046,SC2086
	$CC $flags -o "$work/plain/$name" "$work/plain/$name.o" ${with:+$work/plain/$with} $link -lpthread $(libraries "$name") || failed=$((failed + 1))
	# shellcheck disable=SC2046,SC2086
	$CC $flags $sanitize -o "$work/asan/$name" "$work/asan/$name.o" ${with:+$work/asan/$with} "$work"/shim/*.o -ldl -lpthread $(libraries "$name") || failed=$((failed + 1))
	for how in plain asan; do
		program=$work/$how/$name
		[ -x "$program" ] || continue
		[ $how = plain ] || export GOLWS_CORE=$out/libgolws-core.so
		case $name in
		host-*) for host in $("$program" 2>&1 | sed 's/.*one of://'); do scenario $how "$program" "$host"; done ;;
		loops)
			LD_LIBRARY_PATH=$work "$program" libuv libevent libev glib sdevent uloop >"$work/stdout" 2>"$work/stderr"
			status=$?
			"$program" >>"$work/stdout" 2>>"$work/stderr" || status=1 # without any: uloop is missing
			;;&
		libuv | custom) "$program" >"$work/stdout" 2>"$work/stderr"; status=$? ;;&
		loops | libuv | custom)
			cat "$work/stdout"
			[ $status = 0 ] || head -n 60 "$work/stderr"
			verdict "hosts/$name ($how)" $status
			;;
		esac
		unset GOLWS_CORE
	done
done
tally
