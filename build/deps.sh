#!/bin/bash
# deps.sh GROUP: see to it that what a group of make targets needs is there, quick when it is.
#   build   a C compiler, Go, Python for the scripts
#   test    peers to test against: curl, node with ws, Python with websockets, aiohttp and kosoku, Debian's lws
#   demo    curl, Chromium, Perl, Python and node
#   python  Python with its header
#   perl    Perl and its event loops
#   js      node and npm
#   bench   wrk, and Debian's lws to compare with
# As root on a system with apt, what is missing is installed. Otherwise this says what to install, and fails.
set -eu
cd "$(dirname "$0")/.."
out=build/out
missing=()

need() { command -v "$1" >/dev/null 2>&1 || missing+=("$2"); }
need_file() { [ -e "$1" ] || missing+=("$2"); }

need_build() {
	need cc gcc
	need pkg-config pkg-config
	need python3 python3
	echo '#include <stdio.h>' | cc -E - >/dev/null 2>&1 || missing+=(libc6-dev)
}
need_lws() {
	pkg-config --exists libwebsockets 2>/dev/null || missing+=(libwebsockets-dev)
	# the header of Debian's lws includes these
	need_file /usr/include/openssl/ssl.h libssl-dev
	need_file /usr/include/sys/capability.h libcap-dev
	need_file /usr/include/uv.h libuv1-dev
}
# Python with its header, for the package's extensions
need_python() {
	python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
	need_file "$(python3 -c 'import sysconfig; print(sysconfig.get_path("include") + "/Python.h")' 2>/dev/null)" python3-dev
}
# Perl with the headers for XS, and the loops that Net::Golws is a guest of
need_perl() {
	need perl perl
	need_file "$(perl -MConfig -e 'print "$Config{archlibexp}/CORE/perl.h"' 2>/dev/null)" libperl-dev
	local pair
	for pair in Future=libfuture-perl AnyEvent=libanyevent-perl EV=libev-perl IO::Async=libio-async-perl Mojolicious=libmojolicious-perl; do
		perl -M"${pair%=*}" -e 1 2>/dev/null || missing+=("${pair#*=}")
	done
}

need_hosts() { # the event loops that the library can run on
	need_file /usr/include/uv.h libuv1-dev
	need_file /usr/include/event2/event.h libevent-dev
	need_file /usr/include/ev.h libev-dev
	pkg-config --exists glib-2.0 2>/dev/null || missing+=(libglib2.0-dev)
	pkg-config --exists libsystemd 2>/dev/null || missing+=(libsystemd-dev)
}

case "${1:-build}" in
build) need_build ;;
test) need_build; need_lws; need_hosts; need_perl; need curl curl; need node nodejs; need npm npm; need wrk wrk; need libwebsockets-test-server libwebsockets-test-server
	need cmake cmake; need g++ g++; need_python ;;
python) need_build; need_python ;;
perl) need_build; need_perl ;;
js) need_build; need node nodejs; need npm npm ;;
demo) need_build; need_perl; need_python; need node nodejs; need npm npm; need curl curl; need chromium chromium ;;
bench) need_build; need_lws; need wrk wrk; need taskset util-linux ;;
*) echo "deps.sh: no group called $1" >&2; exit 2 ;;
esac

if [ ${#missing[@]} -gt 0 ]; then
	if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
		echo "installing ${missing[*]}"
		export DEBIAN_FRONTEND=noninteractive
		apt-get update -qq
		apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
	else
		echo "These Debian packages are missing; install them (as root: apt-get install ${missing[*]}) and run make again." >&2
		exit 1
	fi
fi

if ! command -v go >/dev/null 2>&1; then
	want=$(sed -n 's/^go //p' go.mod)
	echo "The Go toolchain is missing: install Go $want or newer from https://go.dev/dl/ and put its bin folder on the PATH." >&2
	exit 1
fi

if [ "${1:-build}" = test ]; then
	# a private copy of the Python and node peers; remade when the list of them changes
	if ! cmp -s build/requirements.txt $out/venv/requirements.txt; then
		rm -rf $out/venv
		mkdir -p $out
		python3 -m venv $out/venv
		$out/venv/bin/pip install -q --disable-pip-version-check -r build/requirements.txt
		cp build/requirements.txt $out/venv/requirements.txt
	fi
	if ! cmp -s build/package.json $out/node/package.json || [ ! -d $out/node/node_modules/ws ]; then
		rm -rf $out/node
		mkdir -p $out/node
		cp build/package.json $out/node/
		npm install --prefix $out/node --silent --no-audit --no-fund
		cp build/package.json $out/node/package.json
	fi
fi
