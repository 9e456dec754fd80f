#!/usr/bin/env python3
"""Check that imports point only downwards (ARCHITECTURE.md) and that core stays what it promises to be.

A package may import packages of a lower layer, and packages below its own top folder. Test files may also use
core/loop/sim and internal test packages, but never a higher layer. core has no cgo and no net.Conn; the wires
do no I/O and know no clock, lock or log.
"""
import json
import subprocess
import sys

MODULE = "github.com/golws/golws/"
LAYERS = [  # the first prefix that fits counts
    ("core/wire", 1), ("core/loop/sock", 2), ("core/loop/sim", 2), ("core/loop", 1), ("core/tlsio", 2), ("core/engine", 3),
    ("core/role", 4), ("core/lws", 5), ("capi", 6), ("wasm", 6), ("examples", 7), ("bench", 7), ("build", 7), ("internal", 0),
]
CGO = ("capi",)
WIRE_MAY_NOT = {"net", "net/http", "os", "io/fs", "syscall", "log", "log/slog", "sync/atomic", "context", "golang.org/x/sys/unix"}
# time.Duration is a unit, time.Now a clock: the packages that do import these are checked for the calls themselves
CLOCK_CALLS = ("time.Now", "time.Since", "time.Sleep", "time.After", "time.NewTimer", "time.Tick")
CORE_MAY_NOT = {"net/http", "os/signal", "plugin"}


def layer(path):
    return next((n for prefix, n in LAYERS if path == prefix or path.startswith(prefix + "/")), None)


def top(path):
    return next((prefix for prefix, _ in LAYERS if path == prefix or path.startswith(prefix + "/")), path)


def packages():
    text = subprocess.run(["go", "list", "-e", "-json=ImportPath,Dir,Imports,TestImports,XTestImports,CgoFiles,GoFiles", "./..."],
                          capture_output=True, text=True, check=True).stdout
    decoder, at = json.JSONDecoder(), 0
    while at < len(text.rstrip()):
        package, at = decoder.raw_decode(text, at)
        at += len(text[at:]) - len(text[at:].lstrip())
        yield package


def main():
    wrong, seen = [], 0
    for p in packages():
        path = p["ImportPath"].removeprefix(MODULE)
        here = layer(path)
        seen += 1
        if here is None:
            wrong.append(f"{path} belongs to no layer: add it to build/check-layers.py")
            continue
        imports = p.get("Imports") or []
        for i in imports + [t for t in (p.get("TestImports") or []) + (p.get("XTestImports") or [])]:
            if not i.startswith(MODULE):
                continue
            target = i.removeprefix(MODULE)
            below = layer(target)
            if below is None or (below >= here and top(target) != top(path)) or (below > here):
                wrong.append(f"{path} imports {target}, which is not below it")
        if p.get("CgoFiles") and top(path) not in CGO:
            wrong.append(f"{path} uses cgo")
        if path.startswith("core/"):
            wrong += [f"{path} imports {i}" for i in imports if i in CORE_MAY_NOT]
        if path.startswith("core/wire/"):
            wrong += [f"{path}: a wire does no I/O and knows no clock, lock or log, but imports {i}" for i in imports if i in WIRE_MAY_NOT]
            for f in p.get("GoFiles") or []:
                with open(p["Dir"] + "/" + f) as text:
                    wrong += [f"{path}/{f} calls {c}" for line in text for c in CLOCK_CALLS if c + "(" in line]
    print("\n".join(wrong) if wrong else f"{seen} packages import only downwards")
    sys.exit(1 if wrong or not seen else 0)


if __name__ == "__main__":
    main()
