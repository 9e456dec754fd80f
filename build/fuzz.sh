#!/bin/bash
# Runs every fuzz target, FUZZTIME each (a minute when not given); fails at the first that found something.
set -euo pipefail
cd "$(dirname "$0")/.."
time=${FUZZTIME:-60s}
n=0
while IFS=: read -r file _ line; do
	name=$(sed 's/func \(Fuzz[A-Za-z0-9_]*\).*/\1/' <<<"$line")
	echo "== $name in $(dirname "$file"), $time"
	go test "./$(dirname "$file")" -run '^$' -fuzz "^$name\$" -fuzztime "$time"
	n=$((n + 1))
done < <(grep -rn --include='*_test.go' '^func Fuzz' core capi wasm)
[ $n -gt 0 ] || { echo "there is no fuzz target"; exit 1; }
echo "$n passed, 0 failed"
