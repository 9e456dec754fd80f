#!/usr/bin/env python3
"""Run the steps of `make test` or `make check`, all of them, and say at the end what held.

    steps.py test|check [STEP ...]

Each step is a command; it passed when it ended with status 0. What a step counts itself ('N passed, N failed',
or packages of `go test`) goes into the last line, which is 'N passed, N failed' for them all.
"""
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUT = "build/out"
PYTHON = f"{OUT}/venv/bin/python3"

TEST = [
    ("go", "go test -p 2 ./..."),
    ("race", "go test -p 2 -race ./core/..."),
    ("c", "build/test-c-pure.sh"),
    ("c http", "build/test-c-http.sh"),
    ("c library", "build/test-c.sh"),
    ("sanitizers", "build/test-sanitizers.sh quick"),
    ("installed", "build/test-install.sh"),
    ("hosts", "build/test-hosts.sh"),
    ("callbacks", f"python3 capi/tests/trace/run.py {OUT}/tests/trace"),
    ("examples", f"{PYTHON} capi/tests/examples/run.py --bin {OUT}/examples --node {OUT}/node --peer {OUT}/system/examples"),
    ("conformance", f"{PYTHON} capi/tests/conformance/run.py --server {OUT}/tests/conformance-server "
                    f"--client {OUT}/tests/conformance-client --groups 1,2,3,4,5,6,7,10"),
    ("perl", "build/test-perl.sh"),
    ("javascript", "build/test-js.sh"),
    ("python", "build/test-python.sh"),
    ("documents", "build/docs.py"),
    ("demo", "build/demo.py"),
]

CHECK = [
    ("gofmt", 'files=$(gofmt -l $(git ls-files -co --exclude-standard "*.go")) && if [ -n "$files" ]; then echo "not formatted: $files"; exit 1; fi'),
    ("vet", "go vet ./..."),
    ("staticcheck", "go tool staticcheck ./..."),
    ("c warnings", "make --no-print-directory -B programs"),
    ("headers", "build/check-headers.sh"),
    ("symbols", "build/check-symbols.sh"),
    ("layers", "go test -count=1 -run TestImportsPointDownwards ./core"),
    ("darwin", "export GOOS=darwin GOARCH=arm64 CGO_ENABLED=0; go build ./core/... && go vet ./core/..."),
    ("windows", "export GOOS=windows GOARCH=amd64 CGO_ENABLED=0; go build ./core/... && go vet ./core/..."),
    ("wasip1", "GOOS=wasip1 GOARCH=wasm go build ./core/... && GOOS=wasip1 GOARCH=wasm go vet -tags golws_test ./wasm && "
               # what is called from outside only looks unused
               "tool=$(go tool -n staticcheck) && GOOS=wasip1 GOARCH=wasm $tool -checks inherit,-U1000 -tags golws_test ./wasm"),
    ("regeneration", "before=$(git diff | sha256sum) && go generate ./... && after=$(git diff | sha256sum) && "
                     'if [ "$before" != "$after" ]; then git diff --stat; exit 1; fi'),
    ("go.mod", "go mod tidy -diff"),
    ("notice", "build/notices.py --check"),
    ("versions", "build/versions.py"),
]

COUNTED = re.compile(r"^(\d+) passed, (\d+) failed", re.M)
GO_PACKAGE = re.compile(r"^(ok|FAIL)\s+\S+\s+(?:[\d.]+s|\(cached\)|\[build failed\]|\[setup failed\])", re.M)


def counts(output, status):
    """(passed, failed) as the step counted itself; a step that counts nothing is one."""
    found = COUNTED.findall(output)
    if found:
        passed, failed = map(int, found[-1])
    else:
        results = GO_PACKAGE.findall(output)
        passed, failed = results.count("ok"), results.count("FAIL")
    if status and not failed:
        failed = 1
    if not passed and not failed:
        passed = 1
    return passed, failed


def run(name, command):
    print(f"\n== {name}: {command}", flush=True)
    start = time.monotonic()
    p = subprocess.Popen(["bash", "-c", command], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                         # git answers root in somebody else's clone too
                         env=dict(os.environ, GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0="safe.directory", GIT_CONFIG_VALUE_0=str(ROOT)))
    output = []
    for line in p.stdout:
        output.append(line)
        # a step's own closing line is indented, so that the only one at the margin is the last of all
        print(("  " + line if COUNTED.match(line) else line), end="", flush=True)
    p.wait()
    passed, failed = counts("".join(output), p.returncode)
    return p.returncode, passed, failed, time.monotonic() - start


def main():
    steps = {"test": TEST, "check": CHECK}.get("".join(sys.argv[1:2]))
    wanted = sys.argv[2:]
    if not steps or not {name for name, _ in steps}.issuperset(wanted):
        sys.exit("steps.py test|check [STEP ...]\n" + "\n".join(f"{kind}: {', '.join(n for n, _ in all_of)}" for kind, all_of in (("test", TEST), ("check", CHECK))))
    rows = [(name, *run(name, command)) for name, command in steps if not wanted or name in wanted]
    print(f"\n{'step':<14}{'passed':>8}{'failed':>8}{'seconds':>9}")
    for name, status, passed, failed, seconds in rows:
        print(f"{name:<14}{passed:>8}{failed:>8}{seconds:>9.1f}" + ("  FAILED" if status or failed else ""))
    passed, failed = sum(r[2] for r in rows), sum(r[3] for r in rows)
    print(f"\n{passed} passed, {failed} failed")
    sys.exit(1 if failed or any(r[1] for r in rows) else 0)


if __name__ == "__main__":
    main()
