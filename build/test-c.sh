#!/bin/bash
# The C tests of the whole library (capi/tests/c), each in two ways: against build/out/libwebsockets.so.21 as
# programs use it, and together with the shim's sources under the address and undefined behaviour sanitizers, which
# then load the same libgolws-core.so. Names of tests as arguments run only those; GOLWS_TEST_LOG=1 shows the
# library's log.
set -u
cd "$(dirname "$0")/.."
root=$PWD
out=${OUT:-$root/build/out}
tests=capi/tests/c
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/plain" "$work/asan" "$work/shim"

CC=${CC:-cc}
flags="-std=gnu11 -g -O1 -Wall -Wextra -Wconversion -Werror -Iinclude"
sanitize="-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"

for so in libwebsockets.so.21 libgolws-core.so; do
	[ -f "$out/$so" ] || {
		echo "$out/$so is not there: make build" >&2
		exit 1
	}
done

wanted=("$@")
if [ ${#wanted[@]} = 0 ]; then
	for source in "$tests"/*.c; do
		name=$(basename "$source" .c)
		case $name in stage | peer) ;; *) wanted+=("$name") ;; esac
	done
fi

# Two jobs at once: that is what the smallest machine has.
{
	for name in stage peer "${wanted[@]}"; do
		echo "$CC $flags -D_GNU_SOURCE -c $tests/$name.c -o $work/plain/$name.o"
		echo "$CC $flags -D_GNU_SOURCE $sanitize -c $tests/$name.c -o $work/asan/$name.o"
	done
	for source in capi/shim/*.c; do
		echo "$CC $flags $sanitize -c $source -o $work/shim/$(basename "$source" .c).o"
	done
} | nice xargs -P 2 -I{} sh -c '{}' || {
	echo "the C tests do not compile"
	exit 1
}

passed=0 failed=0
# The core's runtime keeps what it has until the end of the process.
export LSAN_OPTIONS="suppressions=$root/$tests/lsan.supp:print_suppressions=0"
export UBSAN_OPTIONS=print_stacktrace=1
# The Go runtime takes the signals of its own faults only where nobody else does.
export ASAN_OPTIONS=handle_segv=0:handle_sigbus=0:handle_sigfpe=0

run() { # how, name, program
	local dir=$work/dir-$1-$2
	mkdir "$dir"
	local start=$SECONDS
	nice "$3" "$dir" >"$work/stdout" 2>"$work/stderr"
	local status=$?
	echo "== c/$2 ($1): $((SECONDS - start)) s"
	cat "$work/stdout"
	passed=$((passed + $(grep -c '^ok  ' "$work/stdout")))
	failed=$((failed + $(grep -c '^FAIL' "$work/stdout")))
	if [ $status != 0 ]; then
		echo "c/$2 ($1): exit status $status"
		head -n 80 "$work/stderr"
		grep -q '^FAIL' "$work/stdout" || failed=$((failed + 1))
	elif [ -n "${GOLWS_TEST_LOG:-}" ]; then
		cat "$work/stderr"
	fi
	rm -rf "$dir"
}

for name in "${wanted[@]}"; do
	common="$work/plain/$name.o $work/plain/stage.o $work/plain/peer.o"
	# shellcheck disable=SC2086
	$CC $flags -o "$work/plain/$name" $common -L"$out" -lwebsockets -Wl,-rpath,"$out" -lpthread || failed=$((failed + 1))
	# shellcheck disable=SC2086
	$CC $flags $sanitize -o "$work/asan/$name" ${common//$work\/plain/$work/asan} "$work"/shim/*.o -ldl -lpthread || failed=$((failed + 1))
	[ -x "$work/plain/$name" ] && run plain "$name" "$work/plain/$name"
	[ -x "$work/asan/$name" ] && GOLWS_CORE=$out/libgolws-core.so run sanitized "$name" "$work/asan/$name"
done

echo "$passed passed, $failed failed"
[ $failed = 0 ]
