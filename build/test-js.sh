#!/bin/bash
# test-js.sh [NODE ARGUMENTS]: build the JavaScript package on lws.wasm and test it; 'N passed, N failed' at the end.
set -eu
cd "$(dirname "$0")/.."
out=build/out

make --no-print-directory $out/lws.wasm
build/js.sh
cd bindings/js

status=0
# the node of Debian 12 knows no --test-timeout
timeout 600 node --test --test-reporter=tap "$@" test/*.test.mjs >../../$out/test-js.tap || status=$?
# what failed, and why
awk '/^(not )?ok /{ show = /^not ok/ } show || /^# (Error|golws|page)/' ../../$out/test-js.tap
grep -E '^ok .*# SKIP' ../../$out/test-js.tap || true
number() { sed -n "s/^# $1 //p" ../../$out/test-js.tap | tail -1 | grep . || echo 0; }
failed=$(($(number fail) + $(number cancelled)))
[ $status = 0 ] || [ $failed -gt 0 ] || failed=1
echo "$(number pass) passed, $failed failed"
[ $failed = 0 ]
