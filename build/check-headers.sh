#!/bin/sh
# Compiles the public headers as a program would: all together and each part alone, as C99, C11 and
# C++17, with every compiler that is installed, warnings as errors; also between the headers of
# OpenSSL and libuv where those are installed. Then holds them against the interface facts of lws
# 4.5, where those lie beside the project: the headers that are complete must have no fact missing
# but the functions named below.
set -u
here=$(cd "$(dirname "$0")/.." && pwd)
include=$here/include
facts=$here/../shared/lws-api
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

strict="-Wall -Wextra -Wconversion -Wundef -pedantic -Werror -fsyntax-only -I$include"

# fail WHAT, with the compiler's words in $work/err
fail() {
	echo "FAIL $1"
	sed -n 1,15p "$work/err"
	failed=1
}

# compile WHAT SOURCE COMPILER ARGUMENT...
compile() {
	what=$1 source=$2
	shift 2
	nice "$@" $strict "$source" >"$work/err" 2>&1 || fail "$what: $*"
}

# every_way WHAT SOURCE: with each compiler and language
every_way() {
	for cc in gcc clang; do
		command -v $cc >/dev/null 2>&1 || continue
		for std in c99 gnu99 c11; do compile "$1" "$2" $cc -std=$std -Wshadow -Wstrict-prototypes -xc; done
	done
	# No -Wshadow: lws has a function and a struct that are both lws_dll2_owner.
	for cxx in g++ clang++; do
		command -v $cxx >/dev/null 2>&1 || continue
		compile "$1" "$2" $cxx -std=c++17 -xc++
	done
}

command -v gcc >/dev/null 2>&1 || command -v clang >/dev/null 2>&1 || {
	echo "no C compiler: install gcc or clang" >&2
	exit 1
}
for tool in gcc clang g++ clang++; do
	command -v $tool >/dev/null 2>&1 || echo "SKIP $tool: not installed"
done

echo '#include <libwebsockets.h>' >"$work/all.c"
every_way libwebsockets.h "$work/all.c"
parts=0
for part in "$include"/libwebsockets/*.h; do
	name=$(basename "$part")
	echo "#include <libwebsockets/$name>" >"$work/part.c"
	every_way "$name alone" "$work/part.c"
	[ "$name" = golws.h ] || # beyond lws, so asked for by its own name
	grep -q "^#include <libwebsockets/$name>" "$include/libwebsockets.h" || {
		echo "FAIL $name: libwebsockets.h does not include it"
		failed=1
	}
	parts=$((parts + 1))
done

# Before and after headers whose types ours refer to. Those headers are not pedantic themselves.
for other in openssl/ssl.h uv.h; do
	if ! echo "#include <$other>" | gcc -xc -fsyntax-only - 2>/dev/null; then
		echo "SKIP beside <$other>: not installed"
		continue
	fi
	printf '#include <%s>\n#include <libwebsockets.h>\n' "$other" >"$work/after.c"
	printf '#include <libwebsockets.h>\n#include <%s>\n' "$other" >"$work/before.c"
	for order in before after; do
		for std in gnu99 gnu11; do compile "$order <$other>" "$work/$order.c" gcc -std=$std -Wno-pedantic -xc; done
		command -v g++ >/dev/null 2>&1 && compile "$order <$other>" "$work/$order.c" g++ -std=gnu++17 -Wno-pedantic -xc++
	done
done
echo "headers: libwebsockets.h and $parts parts compiled"

if [ ! -f "$facts/check.py" ]; then
	echo "SKIP interface facts: ../shared/lws-api is not beside the project"
	exit $failed
fi
if ! command -v python3 >/dev/null 2>&1; then
	echo "SKIP interface facts: python3 is not installed"
	exit $failed
fi

# A header, and the functions of it that are not there yet; "functions" for any. Everything else of it
# must be.
while read -r header absent; do
	[ -n "$header" ] || continue
	python3 "$facts/check.py" "$include" --missing --header "$header" >"$work/facts" 2>"$work/err" || [ -s "$work/facts" ] || {
		fail "$header against the facts"
		continue
	}
	[ "$absent" = functions ] && sed -i '/^missing function /d' "$work/facts" && absent=
	for name in $absent; do
		grep -q "^missing function .* $name\$" "$work/facts" || {
			echo "FAIL $header: $name is there now; take it off this script's list"
			failed=1
		}
		sed -i "/^missing function .* $name\$/d" "$work/facts"
	done
	if grep '^missing' "$work/facts"; then
		failed=1
	fi
done <<'LIST'
lws-callbacks.h
lws-context-vhost.h lws_set_proxy lws_set_socks lwsws_get_config_globals lwsws_get_config_vhosts
lws-dll2.h
lws-logs.h
lws-lwsac.h
lws-network-helper.h
lws-retry.h
lws-ring.h
lws-service.h
lws-eventlib-exports.h
lws-sha1-base64.h
lws-timeout-timer.h
lws-write.h
lws-writeable.h
lws-ws-close.h
lws-ws-ext.h
lws-ws-state.h
lws-adopt.h lws_create_adopt_udp
lws-client.h lws_init_vhost_client_ssl lws_tls_client_vhost_extra_cert_mem lws_client_http_multipart lws_http_mp_sm_init lws_http_mp_sm_destroy lws_http_mp_sm_fill lws_tls_session_is_reused
lws-http.h lws_chunked_html_process lws_h2_client_stream_long_poll_rxonly lws_http_compression_apply lws_http_is_redirected_to_get lws_h2_update_peer_txcredit lws_h2_get_peer_txcredit_estimate
lws-protocols-plugins.h lws_plugins_init lws_plugins_destroy
lws-misc.h functions
lws-purify.h functions
libwebsockets.h lws_fx_add lws_fx_sub lws_fx_mul lws_fx_div lws_fx_sqrt lws_fx_comp lws_fx_roundup lws_fx_rounddown lws_fx_string
LIST
[ $failed = 0 ] && echo "interface facts: hold"
exit $failed
