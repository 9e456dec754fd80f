# What the scripts have in common that compile and run C tests; they source it. It goes to the root of the tree and
# makes the folder $work, which is gone when the script ends.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
out=${OUT:-$root/build/out}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

CC=${CC:-cc}
flags="-std=gnu11 -g -O1 -Wall -Wextra -Wconversion -Werror -Iinclude"
sanitize="-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"
# The core's runtime keeps what it has until the end of the process.
export LSAN_OPTIONS="suppressions=$root/capi/tests/c/lsan.supp:print_suppressions=0"
export UBSAN_OPTIONS=print_stacktrace=1
# The Go runtime takes the signals of its own faults only where nobody else does.
export ASAN_OPTIONS=handle_segv=0:handle_sigbus=0:handle_sigfpe=0

passed=0 failed=0

# What the tests of the library stand on, and those tests.
stand="stage peer crowd"
tests_c() {
	local source name
	for source in capi/tests/c/*.c; do
		name=$(basename "$source" .c)
		case " $stand " in *" $name "*) ;; *) echo "$name" ;; esac
	done
}

# standing FOLDER: the objects of what they stand on
standing() {
	local name
	for name in $stand; do echo "$work/$1/$name.o"; done
}

need_libraries() {
	local so
	for so in libwebsockets.so.21 libgolws-core.so; do
		[ -f "$out/$so" ] || {
			echo "$out/$so is not there: make build" >&2
			exit 1
		}
	done
}

# object FOLDER SOURCE FLAGS: the command that compiles it to $work/FOLDER/NAME.o
object() { echo "$CC $flags $3 -c $2 -o $work/$1/$(basename "$2" .c).o"; }

# shim_objects FOLDER FLAGS: the commands for the shim
shim_objects() {
	local source
	mkdir -p "$work/$1"
	for source in capi/shim/*.c; do object "$1" "$source" "$2"; done
}

# Runs the commands that it reads, two at once: that is what the smallest machine has.
at_once() { nice xargs -P 2 -I{} sh -c '{}'; }

tally() {
	echo "$passed passed, $failed failed"
	[ $failed = 0 ]
}
