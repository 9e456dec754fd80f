#!/bin/sh
# Compiles the part of the shim that needs no core, with its tests, under the address and undefined
# behaviour sanitizers with warnings as errors, and runs each test. Exit status 0 where all hold.
set -u
here=$(cd "$(dirname "$0")/.." && pwd)
shim=$here/capi/shim
tests=$here/capi/tests/pure
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

pure="alloc auth base64 buflist cmdline date dir dll2 ext-options file humanize logs logs-emit logs-object
      lwsac lwsac-file netaddr purify pvo random retry ring ser sha1 strings sul time tokens uri version"
CC=${CC:-cc}
flags="-std=gnu11 -g -O1 -Wall -Wextra -Wconversion -Werror -fno-omit-frame-pointer
       -fsanitize=address,undefined -fno-sanitize-recover=all -I$here/include"

objects=
for name in $pure; do
	# shellcheck disable=SC2086
	nice $CC $flags -fvisibility=hidden -c "$shim/$name.c" -o "$work/$name.o" || exit 1
	objects="$objects $work/$name.o"
done
# shellcheck disable=SC2086
nice $CC $flags -c "$tests/fakes.c" -o "$work/fakes.o" || exit 1

failed=0
for source in "$tests"/*.c; do
	name=$(basename "$source" .c)
	[ "$name" = fakes ] && continue
	# shellcheck disable=SC2086
	nice $CC $flags "$source" "$work/fakes.o" $objects -o "$work/test-$name" -lpthread || {
		failed=1
		continue
	}
	echo "== pure/$name"
	mkdir "$work/dir-$name"
	nice "$work/test-$name" "$work/dir-$name" 2>"$work/stderr"
	status=$?
	[ $status = 0 ] && continue
	failed=1
	echo "pure/$name: exit status $status"
	cat "$work/stderr"
done

[ $failed = 0 ] && echo "the shim's C: all hold"
exit $failed
