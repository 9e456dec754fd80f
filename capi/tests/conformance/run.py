#!/usr/bin/env python3
"""Run the Autobahn cases (package kosoku) against an echo server and an echo client and tally them by group.

    run.py --server ECHO_SERVER --client ECHO_CLIENT [--groups 1,2,3,...] [--out FOLDER]

The server is started as `ECHO_SERVER PORT`, the client as `ECHO_CLIENT PORT AGENT`. Anything that FAILED makes
the exit status 1; so does a NON-STRICT case that non-strict.md beside this file does not explain. The last line
printed is 'N passed, N failed'. The full report of each case goes to FOLDER/servers and FOLDER/clients.
"""
import argparse
import asyncio
import collections
import importlib
import pathlib
import re
import sys
import time

from kosoku import FailureError, run_fuzzingclient, run_fuzzingserver
from kosoku._caseindex import initialize_shims
from kosoku._report import write_reports

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parents[2] / "build"))
from listening import Listening, free_port  # noqa: E402
GROUPS = ["1", "2", "3", "4", "5", "6", "7", "9", "10", "12", "13"]
COLUMNS = ["OK", "NON-STRICT", "INFORMATIONAL", "UNIMPLEMENTED", "FAILED", "ERROR"]
CASE_SECONDS = 120


async def against_server(program, include):
    port = free_port()
    with Listening(port, program, port):
        try:
            return await run_fuzzingclient(f"127.0.0.1:{port}", include, None, concurrency=2)
        except FailureError as failure:
            return failure.results


async def against_client(program, include):
    async with run_fuzzingserver(include, None, host="127.0.0.1", port=0) as server:
        p = await asyncio.create_subprocess_exec(program, str(server.port), "golws")
        try:
            result = asyncio.ensure_future(server.get_result())
            ended = asyncio.ensure_future(p.wait())
            await asyncio.wait({result, ended}, return_when=asyncio.FIRST_COMPLETED)
            if not result.done():
                # the report is written when the client says that it is done: give that a moment
                done, _ = await asyncio.wait({result}, timeout=10)
                if not done:
                    result.cancel()
                    sys.exit(f"{program} ended with {ended.result()} before the cases were through")
            try:
                return result.result()
            except FailureError as failure:
                return failure.results
        finally:
            if p.returncode is None:
                p.terminate()
                await p.wait()


def mend_kosoku():
    """Groups 12 and 13 hash what was echoed. kosoku 0.1.0 hands them the payload of a message that was not compressed
    (as RFC 7692 section 6 allows, and as is sensible for short ones) as a str, which cannot be hashed."""
    initialize_shims()
    cases = importlib.import_module("case12_x_x")
    for case in cases.Case12_X_X + cases.Case13_X_X:
        def on_message(self, message, binary, inner=case.onMessage):
            return inner(self, message.encode("latin-1" if binary else "utf-8") if isinstance(message, str) else message, binary)
        case.onMessage = on_message


def verdict(r):
    """One word for a case: the worse of what its messages and its close were judged."""
    behaviour, close = r.behavior.value, r.behavior_close.value
    if behaviour in ("FAILED", "ERROR", "UNIMPLEMENTED") or r.passed:
        return behaviour
    return "FAILED" if close != "OK" else behaviour


def tally(title, results, explained):
    groups = collections.OrderedDict((g, collections.Counter()) for g in GROUPS)
    bad = []
    for r in results:
        v = verdict(r)
        groups[r.case_id.split(".")[0]][v] += 1
        if v in ("FAILED", "ERROR", "UNIMPLEMENTED"):
            bad.append(f"{r.case_id} {v}: {r.result} {r.result_close}")
        elif v == "NON-STRICT" and r.case_id not in explained:
            bad.append(f"{r.case_id} is NON-STRICT and non-strict.md does not explain it: {r.result}")
    print(f"\n{title}\n{'group':>7}" + "".join(f"{c:>15}" for c in COLUMNS))
    for g, n in groups.items():
        if n:
            print(f"{g:>7}" + "".join(f"{n[c] or '-':>15}" for c in COLUMNS))
    for line in bad:
        print("  " + line)
    sys.stdout.flush()
    return len(results) - len(bad), len(bad)


async def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--server")
    a.add_argument("--client")
    a.add_argument("--groups", default=",".join(GROUPS))
    a.add_argument("--cases", help="a comma-separated list of cases instead of groups")
    a.add_argument("--out", help="write kosoku's reports here")
    o = a.parse_args()
    include = o.cases.split(",") if o.cases else [g + ".*" for g in o.groups.split(",")]
    explained = set(re.findall(r"\b\d+\.\d+(?:\.\d+)?\b", (HERE / "non-strict.md").read_text()))
    mend_kosoku()
    passed = failed = 0
    for side, program, drive in (("server", o.server, against_server), ("client", o.client, against_client)):
        if not program:
            continue
        start = time.monotonic()
        results = await drive(program, include)
        if o.out:
            write_reports(results, str(pathlib.Path(o.out) / (side + "s")))
        if not results:
            print(f"no case was run against the {side}")
            failed += 1
            continue
        p, f = tally(f"our {side}: {len(results)} cases in {time.monotonic() - start:.0f} s", results, explained)
        passed, failed = passed + p, failed + f
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
