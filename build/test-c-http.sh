#!/bin/sh
# Builds the HTTP tests of the C library, the shim in them under the address and undefined behaviour
# sanitizers, against the core that `make core` built, and runs each. Exit status 0 where all hold.
set -u
here=$(cd "$(dirname "$0")/.." && pwd)
core=${GOLWS_CORE:-$here/build/out/libgolws-core.so}
tests=$here/capi/tests/http
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
[ -f "$core" ] || {
	echo "test-c-http: there is no $core: run make build" >&2
	exit 1
}

CC=${CC:-cc}
flags="-std=gnu11 -g -O1 -Wall -Wextra -Werror -fno-omit-frame-pointer
       -fsanitize=address,undefined -fno-sanitize-recover=all -I$here/include"
# The Go runtime takes the signals that the sanitizer would.
export GOLWS_CORE="$core"
export ASAN_OPTIONS="detect_leaks=1:allow_user_segv_handler=1:handle_segv=0:${ASAN_OPTIONS-}"
export LSAN_OPTIONS="suppressions=$here/capi/tests/c/lsan.supp:print_suppressions=0"

# shellcheck disable=SC2086
nice $CC $flags -Wconversion -fPIC -fvisibility=hidden -shared -o "$work/libwebsockets.so" "$here"/capi/shim/*.c -ldl -lpthread || exit 1

failed=0 passed=0
for source in "$tests"/*.c; do
	name=$(basename "$source" .c)
	echo "== http/$name"
	# shellcheck disable=SC2086
	if nice $CC $flags "$source" -o "$work/$name" -L"$work" -lwebsockets -Wl,-rpath,"$work" -lpthread &&
		nice timeout 120 "$work/$name"; then
		passed=$((passed + 1))
	else
		echo "http/$name: exit status $?"
		failed=$((failed + 1))
	fi
done

echo "$passed passed, $failed failed"
[ $failed = 0 ]
