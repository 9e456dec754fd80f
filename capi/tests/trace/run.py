#!/usr/bin/env python3
"""Run the callback trace scenarios and compare each with what is expected.

    run.py TRACE_PROGRAM [--record DIR] [SCENARIO ...]

golden/NAME.txt is what lws 4.1.6 was observed to do. Where this project means to differ, intended/NAME.txt
says what it does instead; its first lines, which begin with '#', give the reason. The last line printed is
'N passed, N failed'.
"""
import argparse
import concurrent.futures
import difflib
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def run(program, name):
    try:
        p = subprocess.run([program, name], capture_output=True, text=True, timeout=30, errors="replace")
    except subprocess.TimeoutExpired:
        return "(hung for 30 s)\n"
    return p.stdout + (f"(ended with {p.returncode}: {p.stderr.strip()})\n" if p.returncode else "")


def expected(name):
    for folder in ("intended", "golden"):
        f = HERE / folder / (name + ".txt")
        if f.exists():
            return "".join(line for line in f.read_text().splitlines(True) if not line.startswith("#")), folder
    return None, None


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("program")
    a.add_argument("--record", help="write the outputs to this folder instead of comparing")
    a.add_argument("--jobs", type=int, default=4)
    a.add_argument("scenarios", nargs="*")
    o = a.parse_args()
    names = o.scenarios or subprocess.run([o.program, "--list"], capture_output=True, text=True, check=True).stdout.split()
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(o.jobs) as pool:
        for name, got in zip(names, pool.map(lambda n: run(o.program, n), names)):
            if o.record:
                (pathlib.Path(o.record) / (name + ".txt")).write_text(got)
                continue
            want, folder = expected(name)
            if want == got:
                passed += 1
                continue
            failed += 1
            print(f"--- {name}: " + (f"differs from {folder}" if folder else "nothing is recorded for it"))
            sys.stdout.writelines(difflib.unified_diff((want or "").splitlines(True), got.splitlines(True), "expected", "got", n=3))
    if not o.record:
        print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
