#!/bin/bash
# deps.sh GROUP ...: see to it that what these groups of make targets need is there, quick when it is.
#   build   a C compiler, Go, Python for the scripts
#   check   git, and a C++ compiler for the headers
#   test    peers to test against: curl, node with ws, Python with websockets, aiohttp and kosoku, Chromium, Debian's lws
#   conformance  Python with kosoku, which has the Autobahn cases
#   demo    curl, Chromium, Perl, Python and node
#   python  Python with its header
#   perl    Perl and its event loops
#   js      node and npm
#   sanitize  what finds races and misuse of memory: gcc's sanitizers, valgrind
#   bench   wrk, and Debian's lws to compare with
# As root on a system with apt, what is missing is installed. Otherwise this says all that is to be installed, and fails.
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
need_node() { need node nodejs; need npm npm; }
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

need_sanitizers() { # a trial tells whether gcc's libraries are there
	echo 'int main(void) { return 0; }' | cc -x c -fsanitize=thread -o /dev/null - 2>/dev/null || missing+=(gcc libtsan2)
	echo 'int main(void) { return 0; }' | cc -x c -fsanitize=address,undefined -o /dev/null - 2>/dev/null || missing+=(gcc libasan8 libubsan1)
	need objcopy binutils
}

[ $# -gt 0 ] || set -- build
need_build
for group in "$@"; do
	case $group in
	build) ;;
	check) need git git; need g++ g++ ;;
	sanitize) need_sanitizers; need valgrind valgrind ;;
	test) need_sanitizers; need_lws; need_hosts; need_perl; need_python; need_node; need curl curl; need wrk wrk; need chromium chromium
		need libwebsockets-test-server libwebsockets-test-server; need cmake cmake; need g++ g++ ;;
	conformance) need_python ;;
	python) need_python ;;
	perl) need_perl ;;
	js) need_node ;;
	demo) need_perl; need_python; need_node; need curl curl; need chromium chromium ;;
	bench) need_lws; need wrk wrk; need taskset util-linux ;;
	*) echo "deps.sh: no group called $group" >&2; exit 2 ;;
	esac
done

# Go cannot come from apt: Debian's is too old to read go.mod. One from 1.21 on fetches the right toolchain by itself.
want=$(sed -n 's/^go //p' go.mod)
go=
if ! command -v go >/dev/null 2>&1; then
	go="Go is missing: install Go $want or newer from https://go.dev/dl/ and put its bin folder on the PATH."
elif have=$(go env GOVERSION 2>&1) && have=${have#go} && [ "$(printf '%s\n' "$want" "$have" | sort -V | head -1)" != "$want" ] || [[ $have != [0-9]* ]]; then
	go="Go $want or newer is needed, and $(command -v go) says: $have. Install one from https://go.dev/dl/ and put its bin folder first on the PATH."
fi

if [ ${#missing[@]} -gt 0 ]; then
	readarray -t missing < <(printf '%s\n' "${missing[@]}" | sort -u)
	if [ -n "$go" ] || [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
		echo "These Debian packages are missing; install them and run make again. As root:" >&2
		echo "    apt-get install --no-install-recommends ${missing[*]}" >&2
	else
		echo "installing ${missing[*]}"
		export DEBIAN_FRONTEND=noninteractive
		apt-get -o Acquire::Retries=5 update -qq
		apt-get -o Acquire::Retries=5 install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
		missing=()
	fi
fi
[ -z "$go" ] || echo "$go" >&2
[ -z "$go" ] && [ ${#missing[@]} = 0 ] || exit 1

# a private copy of the Python and node peers; remade when the list of them changes
if [[ " $* " = *" test "* || " $* " = *" conformance "* ]] && ! cmp -s build/requirements.txt $out/venv/requirements.txt; then
	rm -rf $out/venv
	mkdir -p $out
	python3 -m venv $out/venv
	$out/venv/bin/pip install -q --disable-pip-version-check -r build/requirements.txt
	cp build/requirements.txt $out/venv/requirements.txt
fi
if [[ " $* " = *" test "* ]] && ! cmp -s build/package.json $out/node/golws-peers.json; then
	rm -rf $out/node
	mkdir -p $out/node
	cp build/package.json $out/node/
	npm install --prefix $out/node --silent --no-audit --no-fund
	cp build/package.json $out/node/golws-peers.json
fi
