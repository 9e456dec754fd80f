#!/usr/bin/env bash
# Tests the Python package as a user has it: builds the wheel, installs it into a venv of its own, runs its tests there.
#
#     test-python.sh [PYTEST ARGUMENT ...]
#
# PYTHON names the interpreter (python3).
set -euo pipefail
cd "$(dirname "$0")/.."
venv=$PWD/build/out/venv-python
build/python.sh
"$venv/bin/pip" install -q --disable-pip-version-check pytest pytest-timeout websockets picows uvloop trio
status=0
# from the tests' directory, so that the installed package is the one that is tested
(cd bindings/python/tests && "$venv/bin/python" -X faulthandler -m pytest -q -p no:cacheprovider --timeout 60 "$@") >build/out/test-python.txt 2>&1 || status=$?
cat build/out/test-python.txt
passed=$(grep -oE '[0-9]+ passed' build/out/test-python.txt | tail -1 | grep -oE '[0-9]+' || echo 0)
failed=$(grep -oE '[0-9]+ (failed|errors?)' build/out/test-python.txt | awk '{ n += $1 } END { print n + 0 }' || true)
[ "$status" = 0 ] || [ "$failed" != 0 ] || failed=1
echo "$passed passed, $failed failed"
exit "$status"
