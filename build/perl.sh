#!/bin/bash
# Build Net::Golws on build/out, in a copy of bindings/perl there, so that the source tree stays clean.
# `perl -Mblib=build/out/perl` runs a program with it.
set -eu
cd "$(dirname "$0")/.."
out=${OUT:-$PWD/build/out}

[ -f "$out/libgolws-core.so" ] || {
	echo "$out/libgolws-core.so is not there: make build" >&2
	exit 1
}
mkdir -p "$out/perl"
rm -rf "$out/perl/t" "$out/perl/lib"
cp -Ru bindings/perl/. "$out/perl/"
cd "$out/perl"
export GOLWS_BUILD=$out
if ! perl Makefile.PL >build.log 2>&1 || ! make >>build.log 2>&1 || [ ! -d blib/arch/auto/Net/Golws ]; then
	cat build.log
	exit 1
fi
