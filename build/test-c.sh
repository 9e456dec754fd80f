#!/bin/bash
# The C tests of the whole library (capi/tests/c), each in two ways: against build/out/libwebsockets.so.21 as
# programs use it, and together with the shim's sources under the address and undefined behaviour sanitizers, which
# then load the same libgolws-core.so. Names of tests as arguments run only those; GOLWS_TEST_LOG=1 shows the
# library's log.
. "$(dirname "$0")/c-tests.sh" || exit
need_libraries
mkdir -p "$work/plain" "$work/asan"

wanted=("$@")
# shellcheck disable=SC2207
[ ${#wanted[@]} != 0 ] || wanted=($(tests_c))

{
	for name in $stand "${wanted[@]}"; do
		object plain "capi/tests/c/$name.c" -D_GNU_SOURCE
		object asan "capi/tests/c/$name.c" "-D_GNU_SOURCE $sanitize"
	done
	shim_objects shim "$sanitize"
} | at_once || {
	echo "the C tests do not compile"
	exit 1
}

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
	elif ! grep -q '^ok  ' "$work/stdout"; then
		echo "c/$2 ($1): nothing was tested"
		failed=$((failed + 1))
	elif [ -n "${GOLWS_TEST_LOG:-}" ]; then
		cat "$work/stderr"
	fi
	rm -rf "$dir"
}

for name in "${wanted[@]}"; do
	# shellcheck disable=SC2046,SC2086
	$CC $flags -o "$work/plain/$name" "$work/plain/$name.o" $(standing plain) -L"$out" -lwebsockets -Wl,-rpath,"$out" -lpthread || failed=$((failed + 1))
	# shellcheck disable=SC2046,SC2086
	$CC $flags $sanitize -o "$work/asan/$name" "$work/asan/$name.o" $(standing asan) "$work"/shim/*.o -ldl -lpthread || failed=$((failed + 1))
	[ -x "$work/plain/$name" ] && run plain "$name" "$work/plain/$name"
	[ -x "$work/asan/$name" ] && GOLWS_CORE=$out/libgolws-core.so run sanitized "$name" "$work/asan/$name"
done
tally
