#!/usr/bin/env python3
"""Start the C demo server, let strangers and friends use it, and print who did what and whether it held.

    demo.py             run the demo; build/out/demo*.png are what the browser showed; status 1 if anything did not hold
    demo.py --serve     only start the server, and leave it running until interrupted
    demo.py --bin DIR   take the C programs from DIR instead of build/out/examples
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys

from browser import Browser
from listening import Listening, free_port

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "examples/page"
PICTURE = ROOT / "build/out/demo.png"
JS = ROOT / "bindings/js"
# the page that runs lws.wasm, as it is served, and what the browser showed of it
WASM_PAGE = ROOT / "build/out/demo-wasm"
WASM_PICTURE = ROOT / "build/out/demo-wasm.png"


def start(bin_dir, port, folder=PAGE):
    return Listening(port, bin_dir / "demo-server", port, folder, stdout=subprocess.DEVNULL)


def run(*command, seconds=60):
    p = subprocess.run([str(c) for c in command], capture_output=True, timeout=seconds, cwd=ROOT)
    return p.returncode, p.stdout, p.stderr.decode(errors="replace")


def curl_page(url):
    code, out, err = run("curl", "-sf", url)
    return code == 0 and out == (PAGE / "index.html").read_bytes(), f"{len(out)} bytes" if code == 0 else err


def curl_files(url):
    code, out, err = run("curl", "-svf", url + "page.js", url + "page.css")
    same = out == (PAGE / "page.js").read_bytes() + (PAGE / "page.css").read_bytes()
    reused = "Re-using existing connection" in err
    return code == 0 and same and reused, f"{len(out)} bytes in two requests on {'one connection' if reused else 'two connections'}"


def curl_missing(url):
    _, out, _ = run("curl", "-so", "/dev/null", "-w", "%{http_code}", url + "nothing-here")
    return out == b"404", f"status {out.decode()}"


def c_ws(bin_dir, port):
    code, out, err = run(bin_dir / "ws-client", port, 100, "echo")
    n = out.count(b"received: message")
    return code == 0 and n == 100, f"{n} of 100 echoes" if n else (out.decode() + err).strip()


def c_http(bin_dir, port):
    code, out, err = run(bin_dir / "http-client-get", "127.0.0.1", port, "/")
    return code == 0 and out == (PAGE / "index.html").read_bytes(), err.strip()


def go_ws(port):
    source = ROOT / "examples/go/ws-client"
    if not source.is_dir():
        return False, "examples/go/ws-client is not there"
    program = ROOT / "build/out/examples/go-ws-client"
    code, _, err = run("go", "build", "-o", program, "./examples/go/ws-client", seconds=300)
    if code:
        return False, err.strip().splitlines()[-1]
    code, out, err = run(program, f"ws://127.0.0.1:{port}/")
    return code == 0, ((out.decode(errors="replace") + err).strip().splitlines() or ["no output"])[-1]


def wazero(bin_dir):
    """The module in wazero serves the page and an echo; curl and the C client ask for them."""
    program = ROOT / "build/out/examples/golws-host"
    code, _, err = run("go", "build", "-o", program, "./wasm/host/cmd/golws-host", seconds=300)
    if code:
        return False, err.strip().splitlines()[-1]
    host = subprocess.Popen([program, "-dir", PAGE, "-port", "0", "-module", ROOT / "build/out/lws.wasm"],
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        line = host.stdout.readline() # "serving … on http://127.0.0.1:PORT/ from …"
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", line)
        if not found:
            return False, line.strip() or "the host did not start"
        port = int(found[1])
        code, out, err = run("curl", "-sS", "--max-time", 20, f"http://127.0.0.1:{port}/index.html")
        if code or out != (PAGE / "index.html").read_bytes():
            return False, err.strip() or "the page came out differently"
        held, said = c_ws(bin_dir, port)
        return held, f"the page, and {said}"
    finally:
        host.terminate()
        host.wait(20)


def python_ws(port):
    python = ROOT / "build/out/venv-python/bin/python"
    code, out, err = run(python, ROOT / "examples/python/ws_client.py", f"ws://127.0.0.1:{port}/", "100")
    return code == 0, ((out.decode(errors="replace") + err).strip().splitlines() or ["no output"])[-1]


def perl_ws(port, loop, model=None):
    module = ROOT / "build/out/perl"
    command = ["perl", f"-Mblib={module}", ROOT / "examples/perl/ws-client.pl", loop, f"ws://127.0.0.1:{port}/", "100"]
    p = subprocess.run([str(c) for c in command], capture_output=True, timeout=60, cwd=ROOT, text=True, errors="replace",
                       env=dict(os.environ, **({"PERL_ANYEVENT_MODEL": model} if model else {})))
    said = [line for line in (p.stdout + p.stderr).splitlines() if not line.startswith("Using ")]
    return p.returncode == 0 and p.stdout.startswith("100 of 100 echoes"), (said or ["no output"])[-1]


def node_ws(port):
    # as it would be in a project that has installed the package
    project = ROOT / "build/out/demo-node"
    (project / "node_modules").mkdir(parents=True, exist_ok=True)
    link = project / "node_modules/golws"
    link.unlink(missing_ok=True)
    link.symlink_to(JS)
    shutil.copy(ROOT / "examples/js/ws-client.mjs", project)
    code, out, err = run("node", project / "ws-client.mjs", f"ws://127.0.0.1:{port}/", 100)
    return code == 0, ((out.decode(errors="replace") + err).strip().splitlines() or ["no output"])[-1]


def chromium_wasm(bin_dir):
    shutil.rmtree(WASM_PAGE, ignore_errors=True)
    shutil.copytree(ROOT / "examples/js/page", WASM_PAGE)
    shutil.copy(PAGE / "page.css", WASM_PAGE)
    (WASM_PAGE / "golws").mkdir()
    for name in ("browser.js", "lws.wasm"):
        shutil.copy(JS / "dist" / name, WASM_PAGE / "golws")
    port = free_port()
    server = start(bin_dir, port, WASM_PAGE)
    browser = Browser()
    try:
        browser.open(f"http://127.0.0.1:{port}/?restart")
        if browser.wait_for("document.body?.dataset.waiting === 'away' || document.getElementById('verdict')?.dataset.state === 'broke'", 90):
            server.end()
            browser.wait_for("document.body.dataset.waiting !== 'away'")
            server = start(bin_dir, port, WASM_PAGE)
        return shown(browser, WASM_PICTURE)
    finally:
        browser.close()
        server.end()


def chromium(url):
    browser = Browser()
    try:
        browser.open(url)
        return shown(browser, PICTURE)
    finally:
        browser.close()


def shown(browser, picture):
    """What a page says of itself in the end, and a picture of it."""
    state = browser.wait_for("(d => d !== 'running' && d)(document.getElementById('verdict')?.dataset.state ?? 'running')", 60)
    text = browser.ask("document.getElementById('verdict')?.textContent")
    browser.picture(picture)
    return state == "held", text or "the page did not load"


def attempt(f, *args):
    try:
        return f(*args)
    except (OSError, RuntimeError, TimeoutError, subprocess.SubprocessError) as e:
        return False, f"{type(e).__name__}: {e}"


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--serve", action="store_true")
    a.add_argument("--port", type=int, default=0)
    a.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/out/examples")
    o = a.parse_args()
    port = o.port or (7681 if o.serve else free_port())
    url = f"http://127.0.0.1:{port}/"
    try:
        server = start(o.bin, port)
    except RuntimeError as e:
        sys.exit(str(e))
    if o.serve:
        print(f"Look at {url} (Ctrl-C ends the server)")
        try:
            sys.exit(server.process.wait())
        except KeyboardInterrupt:
            sys.exit(server.process.wait())
    rows = []
    try:
        for who, what, f, *args in (
            ("curl", "fetched the page", curl_page, url),
            ("curl", "fetched its script and style", curl_files, url),
            ("curl", "asked for a page that is not there", curl_missing, url),
            ("C client", "fetched the page", c_http, o.bin, port),
            ("C client", "had messages echoed over WebSocket", c_ws, o.bin, port),
            ("Go client", "had messages echoed over WebSocket", go_ws, port),
            ("wazero", "served the page and an echo to curl and C", wazero, o.bin),
            ("Python", "had messages echoed on asyncio", python_ws, port),
            ("Perl", "had messages echoed on AnyEvent's own loop", perl_ws, port, "AnyEvent", "Perl"),
            ("Perl", "had messages echoed on AnyEvent with EV", perl_ws, port, "AnyEvent", "EV"),
            ("Perl", "had messages echoed on EV", perl_ws, port, "EV"),
            ("Perl", "had messages echoed on IO::Async", perl_ws, port, "IOAsync"),
            ("Perl", "had messages echoed on Mojo::IOLoop", perl_ws, port, "Mojo"),
            ("Node", "had messages echoed over WebSocket, by lws.wasm", node_ws, port),
            ("Chromium", "ran the page, which checks echoes of all sizes", chromium, url),
            ("Chromium", "ran lws.wasm in a page, while the server went and came back", chromium_wasm, o.bin),
        ):
            rows.append((who, what, *attempt(f, *args)))
    finally:
        status = server.end()
    rows.append(("C server", "ended when told to", status == 0, f"status {status}"))

    width = max(len(r[1]) for r in rows)
    print(f"\n{'who':<10} {'did what':<{width}} held")
    for who, what, held, detail in rows:
        print(f"{who:<10} {what:<{width}} {'yes' if held else 'NO':<5}{detail}")
    pictures = [str(p.relative_to(ROOT)) for p in (PICTURE, WASM_PICTURE) if p.exists()]
    if pictures:
        print(f"\nwhat the browser showed: {' '.join(pictures)}")
    sys.exit(0 if all(r[2] for r in rows) else 1)


if __name__ == "__main__":
    if not shutil.which("bash"):
        sys.exit("bash is missing")
    main()
