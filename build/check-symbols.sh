#!/bin/bash
# The library exports the lws interface and nothing else, and every function that the headers declare; it has the
# right name, and needs only the C library.
set -euo pipefail
cd "$(dirname "$0")/.."
so=build/out/libwebsockets.so.21
bad=0
fail() { echo "$*"; bad=1; }
exported=$(nm -D --defined-only "$so" | awk '$2 != "A" { print $3 }' | sed 's/@.*//')
odd=$(grep -vE '^(_*lws|humanize_schema_|wsi_from_fd$)' <<<"$exported" || true)
[ -z "$odd" ] || fail "exported, but not part of the interface: $odd"
soname=$(readelf -d "$so" | sed -n 's/.*Library soname: \[\(.*\)\]/\1/p')
[ "$soname" = libwebsockets.so.21 ] || fail "the soname is '$soname'"
needed=$(readelf -d "$so" | sed -n 's/.*Shared library: \[\(.*\)\]/\1/p' | grep -vE '^(libc|libm|libdl|libpthread|ld-linux.*)\.so' || true)
[ -z "$needed" ] || fail "needs $needed"
# the core stays, calls into it, and must find it again in a forked child
readelf -d "$so" | grep -q NODELETE || fail "dlclose() would unload it from under the core"
# -aux-info lists each declaration with where it stands; what is inline is not a symbol.
aux=$(mktemp)
trap 'rm -f "$aux"' EXIT
gcc -std=gnu11 -Iinclude -aux-info "$aux" -fsyntax-only -xc include/libwebsockets.h
declared=$(sed -n 's|^/\* include/libwebsockets[^ ]*:[0-9]*:N[CO] \*/ extern [^(]*[ *]\([a-zA-Z0-9_]*\) (.*|\1|p' "$aux" | sort -u)
[ "$(wc -l <<<"$declared")" -gt 200 ] || fail "the headers declare only: $declared"
absent=$(comm -23 <(echo "$declared") <(sort -u <<<"$exported"))
[ -z "$absent" ] || fail "declared, but not exported: $absent"
[ $bad = 0 ] && echo "$(wc -l <<<"$exported") symbols, all of the interface"
exit $bad
