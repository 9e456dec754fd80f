#!/bin/bash
# The tests of Net::Golws, in a copy of bindings/perl below build/out, so that the source tree stays clean. Names of
# test files (t/loop-mojo.t) as arguments run only those. Loops and peers that are not installed are skipped, and said.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
out=${OUT:-$root/build/out}

[ -f "$out/libgolws-core.so" ] || {
	echo "$out/libgolws-core.so is not there: make build" >&2
	exit 1
}
mkdir -p "$out/perl"
rm -rf "$out/perl/t" "$out/perl/lib"
# what is unchanged keeps its time, so that make compiles only the rest
cp -Ru bindings/perl/. "$out/perl/"
cd "$out/perl"
export GOLWS_BUILD=$out
if ! perl Makefile.PL >Makefile.log 2>&1 || ! nice make >make.log 2>&1; then
	cat Makefile.log make.log
	exit 1
fi
[ -x "$out/venv/bin/python3" ] && export GOLWS_PEER_PYTHON=$out/venv/bin/python3

status=0
[ $# -gt 0 ] || set -- t/*.t
nice prove -b -It/lib --timer "$@" 2>&1 | tee prove.log || status=${PIPESTATUS[0]}
tests=$(sed -n 's/^Files=.* Tests=\([0-9]*\),.*/\1/p' prove.log)
failed=$(sed -n 's/.*(Wstat: .* Failed: \([0-9]*\)).*/\1/p' prove.log | awk '{ n += $1 } END { print n + 0 }')
[ $status = 0 ] || [ "${failed:-0}" != 0 ] || failed=1
echo "$((${tests:-0} - ${failed:-0})) passed, ${failed:-0} failed"
exit $status
