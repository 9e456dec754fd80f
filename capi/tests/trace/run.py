#!/usr/bin/env python3
"""Run the callback trace scenarios and compare each with what is expected.

    run.py TRACE_PROGRAM [--record DIR] [SCENARIO ...]

golden/NAME.txt is what lws 4.1.6 was observed to do. Two differences are the same everywhere and are meant (see
EVERYWHERE below); where this project means to differ otherwise, intended/NAME.txt says what it does instead, and its
first lines, which begin with '#', give the reason. --strict compares with golden/ alone, as it is right for lws 4.1.6.
The last line printed is 'N passed, N failed'.
"""
import argparse
import concurrent.futures
import difflib
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def run(program, name):
    try:
        p = subprocess.run([program, name], capture_output=True, text=True, timeout=60, errors="replace")
    except subprocess.TimeoutExpired:
        return "(hung for 60 s)\n"
    return p.stdout + (f"(ended with {p.returncode}: {p.stderr.strip()})\n" if p.returncode else "")


def announced_first(lines):
    """A client's wsi is announced before anything else is said of it, as every other wsi is; 4.1.6 announces it when
    its socket is there, after other callbacks or never."""
    out, seen = [], set()
    for line in lines:
        m = re.match(r"(client#\d+) +(\w+) ", line)
        if m and m.group(1) not in seen:
            seen.add(m.group(1))
            user = re.search(r"user=\w+", line).group(0)
            out.append(f"{m.group(1):<14} WSI_CREATE protocol=echo {user} in=NULL len=0\n")
        if m and m.group(2) == "WSI_CREATE":
            continue
        out.append(line)
    return out


def wording(lines):
    """The text of CLIENT_CONNECTION_ERROR says which step failed and why: more than 4.1.6 does, and with addresses."""
    return [re.sub(r'(CLIENT_CONNECTION_ERROR .* in=)".*" len=\d+', r"\1TEXT", line) for line in lines]


def before_binding(lines):
    """At its announcement a client's wsi has no user data yet, unless the program brought its own."""
    return [re.sub(r"^(client#\d+ +WSI_CREATE .* user=)\w+", r"\1any", line) for line in lines]


EVERYWHERE = [announced_first, wording, before_binding]


def level(text):
    lines = text.splitlines(True)
    for rule in EVERYWHERE:
        lines = rule(lines)
    return "".join(lines)


def expected(name, folders):
    for folder in folders:
        f = HERE / folder / (name + ".txt")
        if f.exists():
            return "".join(line for line in f.read_text().splitlines(True) if not line.startswith("#")), folder
    return None, None


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("program")
    a.add_argument("--record", help="write the outputs to this folder instead of comparing")
    a.add_argument("--strict", action="store_true", help="compare with golden/ as it stands")
    a.add_argument("--jobs", type=int, default=4)
    a.add_argument("scenarios", nargs="*")
    o = a.parse_intermixed_args()
    names = o.scenarios or subprocess.run([o.program, "--list"], capture_output=True, text=True, check=True).stdout.split()
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(o.jobs) as pool:
        for name, got in zip(names, pool.map(lambda n: run(o.program, n), names)):
            if o.record:
                (pathlib.Path(o.record) / (name + ".txt")).write_text(got)
                continue
            want, folder = expected(name, ("golden",) if o.strict else ("intended", "golden"))
            if want is not None and not o.strict:
                want, got = level(want), level(got)
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
