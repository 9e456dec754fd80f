#!/bin/bash
# The tests of Net::Golws. Names of test files (t/loop-mojo.t) as arguments run only those. Loops and peers that are
# not installed are skipped, and said.
set -eu
cd "$(dirname "$0")/.."
out=${OUT:-$PWD/build/out}
nice build/perl.sh
cd "$out/perl"
[ -x "$out/venv/bin/python3" ] && export GOLWS_PEER_PYTHON=$out/venv/bin/python3

status=0
[ $# -gt 0 ] || set -- t/*.t
nice prove -b -It/lib --timer "$@" 2>&1 | tee prove.log || status=${PIPESTATUS[0]}
tests=$(sed -n 's/^Files=.* Tests=\([0-9]*\),.*/\1/p' prove.log)
failed=$(sed -n 's/.*(Wstat: .* Failed: \([0-9]*\)).*/\1/p' prove.log | awk '{ n += $1 } END { print n + 0 }')
[ $status = 0 ] || [ "${failed:-0}" != 0 ] || failed=1
echo "$((${tests:-0} - ${failed:-0})) passed, ${failed:-0} failed"
exit $status
