#!/bin/bash
# Installs into an empty folder and builds and runs a program with what is there: by pkg-config, and by CMake in C and C++.
set -euo pipefail
cd "$(dirname "$0")/.."
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
make --no-print-directory install DESTDIR="$dir/stage" PREFIX=/usr >/dev/null
mv "$dir/stage/usr" "$dir/moved"	# an installed tree can be moved
prefix=$dir/moved
for f in LICENSE NOTICE; do cmp "$f" "$prefix/share/doc/golws/$f"; done
cat >"$dir/program.c" <<'C'
#include <libwebsockets.h>
#include <stdio.h>
#include <string.h>
static const struct lws_protocols protocols[] = { { "http", lws_callback_http_dummy, 0, 0, 0, NULL, 0 }, { NULL, NULL, 0, 0, 0, NULL, 0 } };
int main(void)
{
	struct lws_context_creation_info info;
	struct lws_context *context;
	memset(&info, 0, sizeof info);
	info.port = CONTEXT_PORT_NO_LISTEN;
	info.protocols = protocols;
	lws_set_log_level(0, NULL);
	if (!(context = lws_create_context(&info))) return 1;
	lws_context_destroy(context);
	printf("%s\n", lws_get_library_version());
	return 0;
}
C
n=0
ran() { "$@" >/dev/null; n=$((n + 1)); }

flags=$(PKG_CONFIG_PATH="$prefix/lib/pkgconfig" pkg-config --define-variable=prefix="$prefix" --define-variable=libdir="$prefix/lib" \
	--define-variable=includedir="$prefix/include" --cflags --libs libwebsockets)
# shellcheck disable=SC2086
cc -Wall -Wextra -Werror -o "$dir/by-pkg-config" "$dir/program.c" $flags
LD_LIBRARY_PATH="$prefix/lib" ran "$dir/by-pkg-config"

flags=$(PKG_CONFIG_PATH=build/out pkg-config --cflags --libs libwebsockets)
# shellcheck disable=SC2086
cc -Wall -Wextra -Werror -o "$dir/in-tree" "$dir/program.c" $flags
LD_LIBRARY_PATH=build/out ran "$dir/in-tree"

mkdir "$dir/cmake"
cp "$dir/program.c" "$dir/cmake/"
cp "$dir/program.c" "$dir/cmake/program.cpp"
cat >"$dir/cmake/CMakeLists.txt" <<'C'
cmake_minimum_required(VERSION 3.10)
project(t C CXX)
find_package(libwebsockets 4.5 CONFIG REQUIRED)
foreach(v LIBWEBSOCKETS_INCLUDE_DIRS LIBWEBSOCKETS_LIBRARIES)
  if(NOT ${v})
    message(FATAL_ERROR "${v} is not set")
  endif()
endforeach()
add_executable(one program.c)
target_link_libraries(one websockets_shared)
add_executable(two program.c)
target_link_libraries(two ${LIBWEBSOCKETS_LIBRARIES})
add_executable(three program.cpp)
target_link_libraries(three libwebsockets::websockets)
include(CheckCSourceCompiles)
set(CMAKE_REQUIRED_INCLUDES ${LIBWEBSOCKETS_INCLUDE_DIRS})
set(CMAKE_REQUIRED_LIBRARIES websockets)
check_c_source_compiles("#include <libwebsockets.h>
int main(void) { return lws_create_vhost(0, 0) != 0; }" HAS_VHOST)
if(NOT HAS_VHOST)
  message(FATAL_ERROR "the link test failed")
endif()
C
cmake -S "$dir/cmake" -B "$dir/cmake/b" -DCMAKE_PREFIX_PATH="$prefix" >"$dir/log" 2>&1 || { cat "$dir/log"; exit 1; }
cmake --build "$dir/cmake/b" >"$dir/log" 2>&1 || { cat "$dir/log"; exit 1; }
for p in one two three; do ran "$dir/cmake/b/$p"; done
echo "$n passed, 0 failed"
