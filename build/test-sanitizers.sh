#!/bin/bash
# The C tests of the whole library (capi/tests/c) under what finds races and misuse of memory:
#   threads   ThreadSanitizer in the tests, the shim and the C files of the core. cgo tells it of each crossing, so
#             what Go orders counts as ordered
#   race      Go's race detector, pointer checks and (but in quick) cgocheck2 in the core, which is linked into the test
#   memcheck  valgrind: the tests of the shim's pure C (capi/tests/pure), and of the library with its core
#   quick     the first two, with the tests that have several threads: a part of `make test`
# An argument names one of them, none are the first three; further arguments name tests. The address and undefined
# behaviour sanitizers and the leak check are a part of test-c.sh.
. "$(dirname "$0")/c-tests.sh" || exit
tests=capi/tests/c
headers="-DGOLWS_HEADERS=$(cat capi/shim/*.h include/*.h include/libwebsockets/*.h | cksum | cut -d' ' -f1)u"
how=${1:-all}
[ $# = 0 ] || shift
wanted=("$@")

names() { # of the tests to run
	if [ ${#wanted[@]} != 0 ]; then
		echo "${wanted[*]}"
	elif [ "$how" = quick ]; then
		echo threads stress-threads signals
	else
		tests_c
	fi
}

# compile FOLDER FLAGS: the shim and what the tests stand on
compile() {
	mkdir -p "$work/$1"
	{
		shim_objects "$1/shim" "$2"
		for name in $stand; do object "$1" "$tests/$name.c" "$2 -D_GNU_SOURCE"; done
	} | at_once
}

# run HOW NAME COMMAND...: the test gets an empty directory as its last argument
run() {
	local how=$1 name=$2 dir=$work/dir start=$SECONDS status
	shift 2
	mkdir "$dir"
	nice timeout 300 "$@" "$dir" >"$work/stdout" 2>"$work/stderr"
	status=$?
	rm -rf "$dir"
	echo "== c/$name ($how): $((SECONDS - start)) s"
	if [ $status = 0 ] && ! grep -q '^FAIL' "$work/stdout"; then
		passed=$((passed + 1))
		echo "ok   c/$name ($how)"
		return
	fi
	failed=$((failed + 1))
	echo "FAIL c/$name ($how): exit status $status"
	cat "$work/stdout"
	head -n 80 "$work/stderr"
}

threads() {
	local s=-fsanitize=thread
	CGO_CFLAGS="-O1 -g $s $headers" CGO_LDFLAGS=$s nice go build -buildmode=c-shared -o "$work/tsan/libgolws-core.so" ./capi &&
		compile tsan $s || return 1
	for name in $(names); do
		# its threads get the numbers of descriptors that others have closed, in Go, which the sanitizer does not see
		[ "$name" = random-acts ] && continue
		# shellcheck disable=SC2046,SC2086
		$CC $flags -D_GNU_SOURCE $s -o "$work/tsan/$name" "$tests/$name.c" $(standing tsan) "$work"/tsan/shim/*.o \
			-ldl -lpthread || return 1
		TSAN_OPTIONS=allocator_may_return_null=1 GOLWS_CORE=$work/tsan/libgolws-core.so run threads "$name" "$work/tsan/$name"
	done
}

# The shim's functions that the core has trampolines for are named alike, so the shim keeps its own for itself. The
# address of its data must be low too, for the race detector: -no-pie. The core does not load lazily so, which the
# tests that fork need, and has its shadow besides its memory, which those that measure it mind.
race() {
	local experiment=cgocheck2
	[ "$how" = quick ] && experiment= # so that the standard library is compiled once for this and `go test -race`
	GOEXPERIMENT=$experiment CGO_CFLAGS="-O1 -g $headers" nice go build -race -buildmode=c-archive -o "$work/race/core.a" ./capi &&
		compile race -fno-pie &&
		ld -r -o "$work/race/shim.o" "$work"/race/shim/*.o &&
		objcopy --wildcard -L 'golws_*' "$work/race/shim.o" || return 1
	for name in $(names); do
		case $name in fork | context | privileges | memory | robust-process) continue ;; esac
		# shellcheck disable=SC2046,SC2086
		$CC $flags -D_GNU_SOURCE -fno-pie -no-pie -o "$work/race/$name" "$tests/$name.c" $(standing race) "$work/race/shim.o" \
			capi/tests/sanitize/linked-core.c "$work/race/core.a" -Wl,--wrap=dlopen,--wrap=dlsym -ldl -lpthread -lresolv || return 1
		GOLWS_CORE_LINKED=1 GORACE="halt_on_error=0 exitcode=77" run race "$name" "$work/race/$name"
	done
}

memcheck() {
	local check="valgrind -q --error-exitcode=9 --suppressions=capi/tests/sanitize/valgrind.supp"
	local full="--leak-check=full --show-leak-kinds=definite,indirect,possible --errors-for-leak-kinds=definite,indirect,possible"
	local pure
	pure=$(sed -n '/^pure="/,/"/p' build/test-c-pure.sh | sed 's/^pure=//; s/"//g')
	mkdir -p "$work/plain"
	for source in capi/tests/pure/*.c; do
		local name
		name=$(basename "$source" .c)
		[ "$name" = fakes ] && continue
		# shellcheck disable=SC2046,SC2086
		$CC $flags -o "$work/plain/$name" "$source" capi/tests/pure/fakes.c $(printf 'capi/shim/%s.c ' $pure) -lpthread || return 1
		# shellcheck disable=SC2086
		run "pure, memcheck" "$name" $check $full "$work/plain/$name"
	done
	compile plain "" || return 1
	for name in ${wanted[*]:-ws http raw timers}; do
		# shellcheck disable=SC2046,SC2086
		$CC $flags -D_GNU_SOURCE -o "$work/plain/c-$name" "$tests/$name.c" $(standing plain) "$work"/plain/shim/*.o \
			-ldl -lpthread || return 1
		# shellcheck disable=SC2086
		GOLWS_CORE=$out/libgolws-core.so run memcheck "$name" $check "$work/plain/c-$name"
	done
}

case $how in
all) steps="threads race memcheck" ;;
quick) steps="threads race" ;;
threads | race | memcheck) steps=$how ;;
*) echo "$0: there is no $how" >&2; exit 2 ;;
esac
for step in $steps; do
	$step || {
		echo "FAIL $step: it does not compile"
		failed=$((failed + 1))
	}
done
tally
