#!/bin/bash
# js.sh: build bindings/js/dist from build/out/lws.wasm, with the tools that its lock file names.
set -eu
cd "$(dirname "$0")/../bindings/js"
if ! cmp -s package-lock.json node_modules/.golws-lock; then
	npm ci --silent --no-audit --no-fund
	cp package-lock.json node_modules/.golws-lock
fi
node build.mjs ../../build/out/lws.wasm
