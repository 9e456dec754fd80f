#!/bin/sh
# Installs what `make build` left in $OUT. DESTDIR, PREFIX, LIBDIR, VERSION and OUT come from the Makefile.
set -eu
[ -f "$OUT/libgolws-core.so" ] || {
	echo "$OUT/libgolws-core.so is not there: make build" >&2
	exit 1
}
lib=$DESTDIR$LIBDIR
inc=$DESTDIR$PREFIX/include
cmake=$lib/cmake/libwebsockets
doc=$DESTDIR$PREFIX/share/doc/golws
mkdir -p "$lib/pkgconfig" "$cmake" "$inc/libwebsockets" "$doc"
install -m 755 "$OUT/libwebsockets.so.21" "$OUT/libgolws-core.so" "$lib/"
ln -sf libwebsockets.so.21 "$lib/libwebsockets.so"
install -m 644 LICENSE NOTICE "$doc/"
install -m 644 include/*.h "$inc/"
install -m 644 include/libwebsockets/*.h "$inc/libwebsockets/"
# from the CMake folder (two below the library's) to the headers, so that an installed tree can be moved
to=$(python3 -c 'import os, sys; print(os.path.relpath(sys.argv[1], sys.argv[2]))' "$PREFIX/include" "$LIBDIR/cmake/libwebsockets")
fill() {
	sed -e "s|@prefix@|$PREFIX|; s|@libdir@|$LIBDIR|; s|@includedir@|$PREFIX/include|; s|@version@|$VERSION|; s|@to_includedir@|$to|" "$1" >"$2"
}
fill build/libwebsockets.pc.in "$lib/pkgconfig/libwebsockets.pc"
fill build/libwebsockets-config.cmake.in "$cmake/libwebsockets-config.cmake"
fill build/libwebsockets-config-version.cmake.in "$cmake/libwebsockets-config-version.cmake"
echo "installed below $DESTDIR$PREFIX"
if [ -z "$DESTDIR" ] && [ "$(id -u)" = 0 ] && command -v ldconfig >/dev/null 2>&1; then ldconfig; fi
