#!/bin/bash
# The library exports the lws interface and nothing else, has the right name, and needs only the C library.
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
[ $bad = 0 ] && echo "$(wc -l <<<"$exported") symbols, all of the interface"
exit $bad
