# golws. `make help` lists what can be asked for.
.DEFAULT_GOAL := help
SHELL := /bin/bash
export PYTHONDONTWRITEBYTECODE := 1
# root may work in somebody else's clone, about which git tells Go nothing
export GOFLAGS := $(GOFLAGS) -buildvcs=false

OUT     := build/out
VERSION := $(shell sed -n 's/^\#define LWS_LIBRARY_VERSION "\([0-9.]*\).*/\1/p' include/lws_config.h)
SONAME  := libwebsockets.so.21
PREFIX  ?= /usr/local
LIBDIR  ?= $(PREFIX)/lib

CC       ?= cc
CFLAGS   ?= -O2
WARN     := -Wall -Wextra -Wconversion -Werror
C_STD    := -std=gnu11
LIBRARY  := $(OUT)/$(SONAME)
CORE     := $(OUT)/libgolws-core.so
SHIM     := $(wildcard capi/shim/*.c)
HEADERS  := $(wildcard include/*.h include/libwebsockets/*.h)
EXAMPLES := $(patsubst examples/c/%.c,$(OUT)/examples/%,$(filter-out examples/c/host-%,$(wildcard examples/c/*.c)))
# the library on each kind of event loop; some need that loop's library to be compiled, so `make build` leaves them out
HOSTS    := $(patsubst examples/c/%.c,$(OUT)/examples/%,$(wildcard examples/c/host-*.c))
host_libuv    := -luv
host_libevent := -levent_core
host_libev    := -lev
host_glib      = $(shell pkg-config --cflags --libs glib-2.0)
host_sdevent  := -lsystemd
# programs that the tests and measurements run against the library
PROGRAMS := $(OUT)/tests/trace $(OUT)/tests/conformance-server $(OUT)/tests/conformance-client $(OUT)/tests/replay-server $(OUT)/bench/http $(OUT)/bench/idle

# `make AGAINST=system TARGET` builds the C programs with the libwebsockets that pkg-config finds, below build/out/system.
AGAINST ?= golws
ifeq ($(AGAINST),system)
  BIN      := $(OUT)/system
  LWS_C    := $(shell pkg-config --cflags libwebsockets)
  LWS_LD   := $(shell pkg-config --libs libwebsockets)
  LWS_DEPS :=
else
  BIN      := $(OUT)
  LWS_C    := -Iinclude
  LWS_LD   := -L$(OUT) -lwebsockets -Wl,-rpath,'$$ORIGIN/..'
  LWS_DEPS := $(LIBRARY) $(OUT)/libwebsockets.so $(HEADERS)
endif
TRACE_SOURCES := $(wildcard capi/tests/trace/*.c)
C_PROGRAMS := $(patsubst $(OUT)/%,$(BIN)/%,$(EXAMPLES) $(PROGRAMS))
compile = @mkdir -p $(@D) && echo "cc $(BIN:$(OUT)=golws) $(@F)" && $(CC) $(C_STD) $(CFLAGS) $(WARN) $(LWS_C)

# what each needs is looked for first, so that all that is missing is said at once
DEPS := deps $(addprefix deps-,check test sanitize conformance demo bench perl python js)

.PHONY: help build core wasm programs hosts peers demo serve test check sanitize fuzz bench conformance install clean perl python js $(DEPS)

# under -j the targets would start before what they need is there
.NOTPARALLEL:

help: ## this list
	@echo "make TARGET, where TARGET is one of"
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1\t\2/p' $(firstword $(MAKEFILE_LIST)) | awk -F'\t' '{ printf "  %-12s %s\n", $$1, $$2 }'

build: deps core $(LIBRARY) $(OUT)/libwebsockets.so $(OUT)/libwebsockets.pc $(EXAMPLES) ## the library, its pkg-config file and the example programs, in build/out
	@echo "built $(LIBRARY), $(CORE) and $(words $(EXAMPLES)) examples"

wasm: deps $(OUT)/lws.wasm ## the core as one WebAssembly module, build/out/lws.wasm

demo: deps-demo build perl python js ## start a server, let curl, clients in C, Go, Python, Perl and Node and a browser talk to it, and print who did what
	build/demo.py

perl: deps-perl build ## Net::Golws, in build/out/perl
	build/perl.sh

python: deps-python build ## the Python package golws: a wheel in build/out/python, installed in build/out/venv-python
	build/python.sh

js: deps-js wasm ## the npm package golws, in bindings/js/dist
	build/js.sh

serve: build ## start the server of the demo and leave it running, to be looked at in a browser
	build/demo.py --serve

test: deps-test build programs hosts peers perl python js ## everything that must hold: Go, C, callback sequences, examples with real peers, conformance
	build/steps.py test

check: deps-check ## formatting, vet, staticcheck, C warnings, headers, layers, other systems, regeneration
	build/steps.py check

sanitize: deps-sanitize build ## all C tests under the thread sanitizer, Go's race detector and cgocheck2, and valgrind (some minutes)
	build/test-sanitizers.sh

fuzz: deps ## each fuzz target for a minute (FUZZTIME=10s for less)
	build/fuzz.sh

bench: deps-bench build ## side by side with the system's libwebsockets: ws echo, http, memory; and the module in node
	build/bench.py

conformance: deps-conformance build programs ## the Autobahn cases against our C echo server and client, tallied
	$(OUT)/venv/bin/python3 capi/tests/conformance/run.py --server $(OUT)/tests/conformance-server --client $(OUT)/tests/conformance-client

# root may have no Go: then what `make build` left is installed
install: $(if $(shell command -v go),core) $(LIBRARY) ## library, headers, pkg-config and CMake files below $(DESTDIR)$(PREFIX)
	DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' LIBDIR='$(LIBDIR)' VERSION='$(VERSION)' OUT='$(OUT)' build/install.sh

clean: ## remove build/out
	rm -rf $(OUT)

$(DEPS):
	@build/deps.sh $(patsubst deps-%,%,$(@:deps=build))

# go build does not look at headers outside of the package's folder, so they count by their checksum
core:
	@mkdir -p $(OUT)
	@echo "go $(notdir $(CORE))"
	@CGO_CFLAGS="$${CGO_CFLAGS:--O2 -g} -DGOLWS_HEADERS=$$(cat capi/shim/*.h $(HEADERS) | cksum | cut -d' ' -f1)u" \
		go build -buildmode=c-shared -o $(CORE) ./capi
	@rm -f $(CORE:.so=.h)

$(OUT)/lws.wasm: $(shell find core wasm -name '*.go' -o -name '*.s') go.mod
	@mkdir -p $(@D)
	GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared -ldflags='-s -w' -o $@ ./wasm
	@printf '%s: %s bytes, %s by gzip -9\n' $@ "$$(stat -c %s $@)" "$$(gzip -9 <$@ | wc -c)"

$(LIBRARY): $(SHIM) $(wildcard capi/shim/*.h) $(HEADERS) build/libwebsockets.map
	@mkdir -p $(@D)
	@echo "cc $(@F)"
	@$(CC) $(C_STD) $(CFLAGS) -fPIC -fvisibility=hidden $(WARN) -Iinclude -shared -Wl,-soname,$(SONAME) \
		-Wl,--version-script=build/libwebsockets.map -Wl,-z,defs -Wl,-z,nodelete -o $@ $(SHIM) -ldl -lpthread

$(OUT)/libwebsockets.so: $(LIBRARY)
	ln -sf $(SONAME) $@

# one that finds everything in this tree: PKG_CONFIG_PATH=build/out
$(OUT)/libwebsockets.pc: build/libwebsockets.pc.in include/lws_config.h
	@mkdir -p $(@D)
	sed -e 's|@prefix@|$${pcfiledir}/../..|; s|@libdir@|$${pcfiledir}|; s|@includedir@|$${pcfiledir}/../../include|; s|@version@|$(VERSION)|' $< >$@

programs: $(C_PROGRAMS)

hosts: $(HOSTS)

# the examples with the system's library, to have a foreign lws on the other side
peers:
	@$(MAKE) --no-print-directory AGAINST=system $(patsubst $(OUT)/%,$(OUT)/system/%,$(EXAMPLES))

$(BIN)/examples/%: examples/c/%.c $(LWS_DEPS)
	$(compile) -o $@ $< $(LWS_LD) -lpthread

$(OUT)/examples/host-%: examples/c/host-%.c $(LWS_DEPS)
	$(compile) -o $@ $< $(LWS_LD) $(host_$*)

$(BIN)/tests/trace: $(TRACE_SOURCES) capi/tests/trace/trace.h $(LWS_DEPS)
	$(compile) -o $@ $(TRACE_SOURCES) $(LWS_LD) -lpthread

$(BIN)/tests/replay-server: capi/tests/replay/server.c $(LWS_DEPS)
	$(compile) -o $@ $< $(LWS_LD)

$(BIN)/tests/conformance-%: capi/tests/conformance/echo-%.c capi/tests/conformance/queue.h $(LWS_DEPS)
	$(compile) -o $@ $< $(LWS_LD)

$(BIN)/bench/%: bench/%.c $(LWS_DEPS)
	$(compile) -o $@ $< $(LWS_LD)

$(OUT)/bench/ceiling: bench/ceiling.c # which uses no library
	$(compile) -o $@ $<
