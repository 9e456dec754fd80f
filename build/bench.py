#!/usr/bin/env python3
"""Measure this library beside the system's libwebsockets, with the same C programs, in one run.

    bench.py [ws|http|memory|wasm|hosts ...] [--rounds 5] [--seconds 2]

ws      messages echoed per second (../shared/bench/compare.py with echo.c), and how near that is, for small messages, to
        what a bare loop of recv and send reaches here; skipped where that folder is absent
http    requests per second by wrk: a static file of 1 KiB, and a dynamic answer
memory  resident bytes added by each of many idle ws connections, to a server that allocates none itself
wasm    what the WebAssembly module takes in node, beside what it may take; skipped without node
hosts   processor time for an echoed message as a guest of libuv and others, beside our own loop (not unless asked for)

Servers run one at a time, in turn, on CPU 0, and the load on CPU 1. The ratio is the median of the rounds' ratios.
"""
import argparse
import json
import os
import pathlib
import re
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

from listening import Listening, free_port

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUT = ROOT / "build/out"
OURS, THEIRS = OUT / "bench", OUT / "system/bench"
SHARED = ROOT.parent / "shared/bench"
LOAD = OUT / "bench/wsload"
IDLE = 10000


class Server(Listening):
    def __init__(self, program, *args):
        port = free_port()
        super().__init__(port, "taskset", "-c", "0", program, port, *args)

    def resident(self):
        with open(f"/proc/{self.process.pid}/status") as f:
            return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1)) * 1024


def processor_time(pid):
    """Seconds that all threads of a process have run."""
    return sum(int(t.joinpath("schedstat").read_text().split()[0]) for t in pathlib.Path(f"/proc/{pid}/task").iterdir()) / 1e9


def make(program):
    subprocess.run(["make", "--no-print-directory", f"{program}".removeprefix(f"{ROOT}/")], cwd=ROOT, check=True)


def build():
    make(OURS / "http")
    make(OURS / "idle")
    subprocess.run(["make", "--no-print-directory", "AGAINST=system", "build/out/system/bench/http", "build/out/system/bench/idle"], cwd=ROOT, check=True)


def compile_echo():
    def cc(out, *flags):
        subprocess.run(["cc", "-O2", "-o", str(out), str(SHARED / "echo.c"), *flags], check=True)
    peer = subprocess.run(["pkg-config", "--cflags", "--libs", "libwebsockets"], capture_output=True, text=True, check=True).stdout.split()
    if OURS != THEIRS:
        cc(OURS / "echo", f"-I{ROOT}/include", f"-L{OUT}", "-lwebsockets", f"-Wl,-rpath,{OUT}")
    cc(THEIRS / "echo", *peer)


def ws(o):
    print("\nWebSocket echo: A is this library, B the system's libwebsockets, both with the same echo.c")
    if not (SHARED / "compare.py").exists():
        print("skipped: ../shared/bench/compare.py is not here")
        return
    compile_echo()
    sys.stdout.flush()
    subprocess.run([sys.executable, str(SHARED / "compare.py"), f"{OURS}/echo {{port}}", f"{THEIRS}/echo {{port}}",
                    "--rounds", str(o.rounds), "--seconds", str(o.seconds)], check=True)
    ceiling(o)


def compile_load():
    subprocess.run(["cc", "-O2", "-o", str(LOAD), str(SHARED / "wsload.c")], check=True)


def echoes(program, args, echo, seconds):
    """Messages per second that a server echoes, and the processor time in seconds that it takes for each."""
    with Server(program, *args) as s:
        before = processor_time(s.process.pid)
        p = subprocess.run(["taskset", "-c", "1", str(LOAD), "127.0.0.1", str(s.port), "/", "lws-minimal", *map(str, echo), str(seconds)],
                           capture_output=True, text=True)
        spent = processor_time(s.process.pid) - before
    if p.returncode:
        sys.exit(f"{program} {echo}: {p.stdout}{p.stderr}")
    rate = float(re.search(r"msgs/s=([\d.]+)", p.stdout).group(1))
    return rate, spent / (rate * seconds)


def ceiling(o):
    """One small message in flight on each connection: two system calls for each, in which nearly all the time goes."""
    make(OUT / "bench/ceiling")
    compile_load()
    print("\nThe ceiling: 100 x 1 x 64 beside an epoll loop without a library, which only receives and sends\n"
          f"{'server':<10}{'msgs/s':>10}{'of the ceiling':>16} [range]{'CPU us/msg':>14}")
    got = {"golws": [], "lws": [], "ceiling": []}
    programs = {"golws": OURS / "echo", "lws": THEIRS / "echo", "ceiling": OUT / "bench/ceiling"}
    for _ in range(o.rounds):
        for name, program in programs.items():
            got[name].append(echoes(program, [], (100, 1, 64), o.seconds))
    for name, rounds in got.items():
        ratios = [mine / bare for (mine, _), (bare, _) in zip(rounds, got["ceiling"])]
        print(f"{name:<10}{statistics.median(r for r, _ in rounds):>10.0f}{statistics.median(ratios):>16.2f} [{min(ratios):.2f} {max(ratios):.2f}]"
              f"{statistics.median(t for _, t in rounds) * 1e6:>14.2f}", flush=True)


def wrk(port, path, seconds):
    p = subprocess.run(["taskset", "-c", "1", "wrk", "-t1", "-c100", f"-d{max(1, round(seconds))}s", f"http://127.0.0.1:{port}{path}"],
                       capture_output=True, text=True, check=True)
    bad = re.search(r"Non-2xx.*|Socket errors:.*", p.stdout)
    if bad and not re.fullmatch(r"Socket errors: connect 0, read 0, write 0, timeout 0", bad.group(0)):
        sys.exit(f"wrk {path}: {bad.group(0)}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", p.stdout).group(1))


def http(o):
    print(f"\nHTTP: wrk, 100 connections, {o.rounds} rounds\n{'request':<20}{'golws req/s':>14}{'lws req/s':>14}{'ratio':>8} [range]")
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "file.txt").write_bytes(b"0123456789abcdef" * 64)
        for title, path in (("static 1 KiB file", "/file.txt"), ("dynamic answer", "/dynamic")):
            ours, theirs = [], []
            for _ in range(o.rounds):
                for program, got in ((OURS / "http", ours), (THEIRS / "http", theirs)):
                    with Server(program, folder) as s:
                        got.append(wrk(s.port, path, o.seconds))
            ratios = [a / b for a, b in zip(ours, theirs)]
            print(f"{title:<20}{statistics.median(ours):>14.0f}{statistics.median(theirs):>14.0f}{statistics.median(ratios):>8.2f}"
                  f" [{min(ratios):.2f} {max(ratios):.2f}]", flush=True)


UPGRADE = (b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")


def open_ws(port):
    s = socket.create_connection(("127.0.0.1", port), 10)
    s.sendall(UPGRADE)
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        piece = s.recv(4096)
        if not piece:
            sys.exit("the server closed instead of upgrading")
        head += piece
    if not head.startswith(b"HTTP/1.1 101"):
        sys.exit(f"refused: {head[:60]!r}")
    return s


def memory(o):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    n = min(IDLE, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 200)
    print(f"\nMemory: {n} idle ws connections\n{'library':<10}{'before, MB':>12}{'after, MB':>12}{'bytes each':>12}")
    for name, program in (("golws", OURS / "idle"), ("lws", THEIRS / "idle")):
        with Server(program) as s:
            open_ws(s.port).close()
            time.sleep(0.5)
            before = s.resident()
            held = [open_ws(s.port) for _ in range(n)]
            time.sleep(2)
            after = s.resident()
            for c in held:
                c.close()
        print(f"{name:<10}{before / 1e6:>12.1f}{after / 1e6:>12.1f}{(after - before) / n:>12.0f}", flush=True)


WASM = (("start", "start_ms", "ms", 300), ("call", "getter_ns", "ns", 1000), ("callback", "receive_ns", "ns", 1000), ("echo", "echo_ns", "ns", None))


def wasm(o):
    print(f"\nThe module in node, best of {o.rounds} rounds\n{'what':<10}{'takes':>12}{'may take':>12}", flush=True)
    if not shutil.which("node"):
        print("skipped: node is not here")
        return
    make(OUT / "lws.wasm")
    rounds = [json.loads(subprocess.run(["node", "--no-warnings", ROOT / "wasm/measure/measure.mjs", OUT / "lws.wasm"],
                                        capture_output=True, text=True, check=True).stdout) for _ in range(o.rounds)]
    for what, key, unit, most in WASM:
        print(f"{what:<10}{min(r[key] for r in rounds):>9.0f} {unit}{f'{most} {unit}' if most else '':>12}", flush=True)


HOSTS = ("libuv", "libevent", "libev", "glib", "sdevent", "extpoll", "custom")
ECHOES = ((100, 1, 64), (100, 16, 64), (1000, 1, 64), (100, 16, 1024), (10, 1, 65536), (10, 4, 1000000))  # connections, depth, bytes


def hosts(o):
    print(f"\nA guest: messages/s, and processor time for each, of the host beside our own loop (> 1: the host is better)\n"
          f"{'host':<10}{'conns x depth x bytes':>24}{'rate':>8} [range]{'time':>14} [range]")
    if not (SHARED / "wsload.c").exists():
        print("skipped: ../shared/bench/wsload.c is not here")
        return
    program = OURS / "host"
    make(program)
    compile_load()

    def measure(host, echo):
        return echoes(program, [host], echo, o.seconds)

    for host in o.hosts or HOSTS:
        for echo in ECHOES:
            rates, times = [], []
            for _ in range(o.rounds):
                (theirs, their_time), (ours, our_time) = measure(host, echo), measure("own", echo)
                rates.append(theirs / ours)
                times.append(our_time / their_time)
            print(f"{host:<10}{' x '.join(map(str, echo)):>24}{statistics.median(rates):>8.2f} [{min(rates):.2f} {max(rates):.2f}]"
                  f"{statistics.median(times):>9.2f} [{min(times):.2f} {max(times):.2f}]", flush=True)


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("what", nargs="*", default=[])
    a.add_argument("--rounds", type=int, default=5)
    a.add_argument("--seconds", type=float, default=2)
    a.add_argument("--against-itself", action="store_true", help="the system's library on both sides, to see how much a ratio wavers")
    a.add_argument("--hosts", type=lambda s: s.split(","), help=f"which, by commas; of {','.join(HOSTS)}")
    o = a.parse_args()
    if os.cpu_count() < 2:
        sys.exit("two CPUs are needed: one for the server, one for the load")
    for tool in ("wrk", "taskset"):
        if not shutil.which(tool):
            sys.exit(f"{tool} is missing: build/deps.sh bench")
    if o.against_itself:
        global OURS
        OURS = THEIRS
        subprocess.run(["make", "--no-print-directory", "AGAINST=system", "build/out/system/bench/http", "build/out/system/bench/idle"], cwd=ROOT, check=True)
    else:
        build()
    for part in o.what or ["ws", "http", "memory", "wasm"]:
        {"ws": ws, "http": http, "memory": memory, "wasm": wasm, "hosts": hosts}[part](o)


if __name__ == "__main__":
    main()
