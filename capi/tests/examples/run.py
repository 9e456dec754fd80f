#!/usr/bin/env python3
"""Run each C example against a real peer and check what both say.

    run.py [--bin build/out/examples] [--node build/out/node] [--peer build/out/system/examples] [NAME ...]

Peers: curl, wrk, Python websockets and aiohttp, node ws, plain sockets, the test programs that Debian ships with
lws, and (--peer) these same examples built with Debian's lws. The last line is 'N passed, N failed'.
"""
import argparse
import asyncio
import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import sys
import tempfile
import time
import traceback

import aiohttp
import websockets
from aiohttp import web

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.append(str(ROOT / "build"))
from listening import free_port  # noqa: E402
TESTS = []
OPTIONS = None
# Seconds that anything may take before it counts as missing. Nothing waits for them where all is well.
PATIENCE = 20


def test(f):
    TESTS.append(f)
    return f


async def run(*command, stdin=None, timeout=3 * PATIENCE):
    """(exit status, stdout, stderr) of a command that ends by itself."""
    p = await asyncio.create_subprocess_exec(*map(str, command), stdin=asyncio.subprocess.PIPE if stdin is not None else None,
                                             stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    try:
        out, err = await asyncio.wait_for(p.communicate(stdin), timeout)
    except asyncio.TimeoutError:
        p.kill()
        await p.wait()
        raise AssertionError(f"{command} did not end in {timeout} s")
    return p.returncode, out.decode(errors="replace"), err.decode(errors="replace")


def example(name):
    return str(pathlib.Path(OPTIONS.bin) / name)


def peer(name):
    return str(pathlib.Path(OPTIONS.peer) / name)


class Server:
    """An example that listens; ended with SIGTERM, and it must then end with status 0."""

    def __init__(self, name, *args, program=None):
        self.name, self.args, self.port = name, args, free_port()
        self.program = program or example(name)
        self.output = tempfile.TemporaryFile()

    async def __aenter__(self):
        self.p = await asyncio.create_subprocess_exec(self.program, str(self.port), *map(str, self.args), stdout=self.output)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            assert self.p.returncode is None, f"{self.name} ended with {self.p.returncode}"
            await asyncio.sleep(0.02)
        self.p.kill()
        await self.p.wait()
        raise AssertionError(f"{self.name} does not listen")

    async def __aexit__(self, kind, *_):
        for attempt in range(5):	# the signal may have come just before the poll
            with contextlib.suppress(ProcessLookupError):
                self.p.send_signal(signal.SIGTERM)
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(asyncio.shield(self.p.wait()), 2)
                break
        else:
            self.p.kill()
            await self.p.wait()
            if not kind:
                raise AssertionError(f"{self.name} did not end on SIGTERM")
        if not kind:
            assert self.p.returncode == 0, f"{self.name} ended with {self.p.returncode}"

    def said(self):
        self.output.seek(0)
        return self.output.read().decode()

    def url(self, path="/", scheme="http"):
        return f"{scheme}://127.0.0.1:{self.port}{path}"

    def ws(self, **more):
        return websockets.connect(self.url(scheme="ws"), max_size=1 << 26, ping_interval=None, **more)


async def until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.02)


async def node(script, *args):
    return await run("node", "-e", script, *args)


# WebSocket servers


@test
async def ws_server():
    async with Server("ws-server") as s:
        async with s.ws(subprotocols=["echo"], compression=None) as ws:
            assert ws.subprotocol == "echo"
            for message in ("hello", "", "ä" * 1000, b"\0\1\2", b"x" * 5_000_000):
                await ws.send(message)
                assert await ws.recv() == message, "the echo differs"
            await ws.send(["frag", "men", "ted"])
            assert await ws.recv() == "fragmented"
            await (await ws.ping())
        assert ws.close_code == 1000
        code, out, err = await node(
            "const W=require(process.argv[1]+'/node_modules/ws');const w=new W(process.argv[2]);"
            "w.on('open',()=>w.send('from node'));w.on('message',(m)=>{console.log(String(m));w.close(3456,'enough')});"
            "w.on('close',(c)=>console.log(c))", os.path.abspath(OPTIONS.node), s.url(scheme="ws"))
        assert (code, out) == (0, "from node\n3456\n"), (code, out, err)


@test
async def ws_server_refuses_too_long():
    async with Server("ws-server") as s:
        async with s.ws(compression=None) as ws:
            with contextlib.suppress(websockets.ConnectionClosed):
                await ws.send(b"x" * (17 << 20))
            with contextlib.suppress(websockets.ConnectionClosed):
                await ws.recv()
            # what was still on its way makes the system reset the connection, and the frame may be lost with it
            assert ws.close_code in (1009, 1006), ws.close_code


@test
async def ws_server_ring():
    async with Server("ws-server-ring") as s:
        async with s.ws() as one, s.ws() as two:
            a = [await one.recv() for _ in range(10)]
            b = [await two.recv() for _ in range(10)]
        for got in (a, b):
            numbers = [int(m.split()[1]) for m in got]
            assert numbers == list(range(numbers[0], numbers[0] + 10)), numbers
        async with s.ws() as late:
            n = int((await late.recv()).split()[1])
            assert n > int(a[-1].split()[1]), "what nobody waited for came back"
        await until(lambda: s.said().count("a client left") == 3)


@test
async def ws_deflate():
    async with Server("ws-deflate") as s:
        async with s.ws(compression="deflate") as ws:
            assert "permessage-deflate" in ws.response.headers["Sec-WebSocket-Extensions"]
            for n in (1, 100, 100_000):
                await ws.send("y" * n)
                answer = await ws.recv()
                assert len(answer) == 10000 and answer.startswith(f"{n} bytes received ."), answer[:40]
        assert "the client offers permessage-deflate" in s.said()
        async with s.ws(compression=None) as ws:
            assert "Sec-WebSocket-Extensions" not in ws.response.headers
            await ws.send("plain")
            assert (await ws.recv()).startswith("5 bytes received")
        # on the wire the answer is small
        reader, writer = await asyncio.open_connection("127.0.0.1", s.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                     b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"\x81\x80\0\0\0\0")
        head = await reader.readexactly(2)
        assert head[0] & 0x40, "the answer is not compressed"
        size = head[1] if head[1] < 126 else int.from_bytes(await reader.readexactly(2), "big")
        assert size < 500, f"10000 equal bytes took {size}"
        writer.close()


HOSTS = ["poll", "epoll", "libuv", "libevent", "libev", "glib", "sdevent", "custom", "extpoll"]


def host(name):
    async def hosted():
        async with Server(f"host-{name}") as s:
            async with s.ws(subprotocols=["echo"], compression=None) as one, s.ws(compression=None) as two:
                for message in ("hello", "", b"\0\1\2", b"x" * 5_000_000):
                    await one.send(message)
                    await two.send(message)
                    assert await one.recv() == message and await two.recv() == message, "the echo differs"
                started, turns = time.monotonic(), 5
                while turns:	# the loop's own timer goes on beside: when its time has come it takes a turn or two
                    if time.monotonic() - started > 1.2:
                        turns -= 1
                    await one.send("more")
                    assert await one.recv() == "more"
        if name not in ("poll", "custom", "extpoll"):
            assert "tick" in s.said(), s.said()

    hosted.__name__ = f"host_{name}"
    return hosted


TESTS.extend(map(host, HOSTS))


@test
async def ws_broker():
    async with Server("ws-broker") as s:
        async with s.ws(subprotocols=["subscriber"]) as a, s.ws(subprotocols=["subscriber"]) as b, \
                s.ws(subprotocols=["publisher"]) as p:
            for i in range(50):
                await p.send(f"news {i}")
                if i % 10 == 9:
                    for sub in (a, b):
                        assert [await sub.recv() for _ in range(10)] == [f"news {j}" for j in range(i - 9, i + 1)]
            await a.close()
            await p.send("after")
            assert await b.recv() == "after"


@test
async def timers():
    code, out, _ = await run(example("timers"), free_port(), 5)
    ticks = [int(m) for m in re.findall(r"^tick \d+ after (\d+) ms$", out, re.M)]
    assert code == 0 and len(ticks) == 5, out
    for i, t in enumerate(ticks):
        # how late a busy machine may be is not the library's affair, as long as the time was not mistaken
        assert 100 * (i + 1) - 5 <= t <= 100 * (i + 1) + 5000, out
    async with Server("timers", 0) as s:
        start = time.monotonic()
        async with s.ws() as ws:
            assert await ws.recv() == "still there?"
            greeted = time.monotonic() - start
            await ws.wait_closed()
            assert 0.2 < greeted < 5 and 0.45 < time.monotonic() - start < 10
            assert (ws.close_code, ws.close_reason) == (1000, "time is up")


@test
async def cancel_service():
    async with Server("cancel-service") as s:
        async with s.ws() as one, s.ws() as two:
            for ws in (one, two):
                numbers = [int(await ws.recv()) for _ in range(5)]
                assert numbers == sorted(set(numbers)), numbers


# WebSocket clients


@contextlib.asynccontextmanager
async def echo_peer(**more):
    seen = []

    async def handler(ws):
        with contextlib.suppress(websockets.ConnectionClosed):
            async for message in ws:
                seen.append(message)
                await ws.send(message)
        seen.append((ws.close_code, ws.close_reason))

    async with websockets.serve(handler, "127.0.0.1", 0, **more) as server:
        yield server.sockets[0].getsockname()[1], seen


@test
async def ws_client():
    async with echo_peer(subprotocols=["chat"]) as (port, seen):
        code, out, _ = await run(example("ws-client"), port, 3, "chat")
        assert code == 0 and out == "connected\n" + "".join(f"received: message {i}\n" for i in (1, 2, 3)) + "closed\n", out
        await until(lambda: len(seen) == 4)
        assert seen == ["message 1", "message 2", "message 3", (1000, "that was all")], seen
    code, out, _ = await run(example("ws-client"), free_port(), 1)
    assert code == 1 and out.startswith("failed: "), (code, out)
    async with http_peer() as port:
        code, out, _ = await run(example("ws-client"), port, 1)
        assert code == 1 and out.startswith("failed: "), (code, out)


@test
async def ws_ping():
    async with echo_peer() as (port, _):
        code, out, _ = await run(example("ws-ping"), port, 4)
        assert code == 0 and len(re.findall(r"^pong \d after \d+ us$", out, re.M)) == 4, out
        assert out.endswith("4 of 4 pings answered\n"), out


# HTTP


@test
async def http_server_static():
    with tempfile.TemporaryDirectory() as folder:
        files = {"index.html": b"<p>home</p>\n", "empty.txt": b"", "big.txt": bytes(range(32, 127)) * 30_000, "app.webmanifest": b"{}", "a b.css": b"x{}"}
        for name, content in files.items():
            pathlib.Path(folder, name).write_bytes(content)
        pathlib.Path(folder, "sub").mkdir()
        pathlib.Path(folder, "sub", "x.js").write_bytes(b"1")
        secret = pathlib.Path(folder).parent / (os.path.basename(folder) + "-secret")
        secret.write_text("secret")
        try:
            async with Server("http-server-static", folder) as s:
                async with aiohttp.ClientSession() as session:
                    for path, name, kind in (("/", "index.html", "text/html"), ("/big.txt", "big.txt", "text/plain"), ("/sub/x.js", "sub/x.js", "javascript"),
                                             ("/a%20b.css", "a b.css", "text/css"), ("/app.webmanifest", "app.webmanifest", "application/manifest+json")):
                        async with session.get(s.url(path)) as r:
                            body = await r.read()
                            assert r.status == 200 and body == pathlib.Path(folder, name).read_bytes(), (path, r.status, len(body))
                            assert kind is None or kind in r.headers["Content-Type"], (path, r.headers)
                    async with session.get(s.url("/none")) as r:
                        assert r.status == 404, r.status
                    async with session.head(s.url("/index.html")) as r:
                        assert r.status == 200 and r.headers["Content-Length"] == "12"
                code, out, err = await run("curl", "-sv", "--path-as-is", s.url("/../" + secret.name), "--next", "-s", s.url("/%2e%2e/" + secret.name))
                assert "secret" not in out, "a file outside of the folder was served"
        finally:
            secret.unlink()


@test
async def http_server_dynamic():
    async with Server("http-server-dynamic") as s:
        code, out, err = await run("curl", "-s", s.url("/hello?name=J%C3%BCrgen"), s.url("/hello"), s.url("/nowhere"))
        assert out == "Hello, Jürgen!\nHello, stranger!\nThere is no such page.\n", out
        async with aiohttp.ClientSession() as session:
            async with session.get(s.url("/count?to=100000")) as r:
                lines = (await r.text()).split()
                assert r.status == 200 and lines == [f"{i:06d}" for i in range(1, 100001)]
            async with session.get(s.url("/count?to=nothing")) as r:
                assert r.status == 400
            for n in (0, 1, 2_000_000):
                async with session.post(s.url("/length"), data=b"x" * n) as r:
                    assert (r.status, await r.text()) == (200, f"{n} bytes\n"), (n, r.status)
        # 20 answers on one connection
        code, out, err = await run("curl", "-sv", *[s.url("/hello")] * 20)
        assert out == "Hello, stranger!\n" * 20 and err.count("Re-using existing connection") == 19


@contextlib.asynccontextmanager
async def http_peer():
    async def hello(request):
        return web.Response(text="hello from aiohttp\n")

    async def big(request):
        r = web.StreamResponse()
        await r.prepare(request)
        for _ in range(100):
            await r.write(b"z" * 10000)
        return r

    async def post(request):
        return web.Response(text=f"{request.content_type} {len(await request.read())}\n")

    app = web.Application()
    app.add_routes([web.get("/", hello), web.get("/big", big), web.post("/post", post)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield site._server.sockets[0].getsockname()[1]
    finally:
        await runner.cleanup()


@test
async def http_client_get():
    async with http_peer() as port:
        code, out, err = await run(example("http-client-get"), "127.0.0.1", port, "/")
        assert (code, out) == (0, "hello from aiohttp\n") and err.startswith("status 200, type text/plain"), (code, out, err)
        code, out, err = await run(example("http-client-get"), "localhost", port, "/big")
        assert code == 0 and out == "z" * 1_000_000, (code, len(out), err)
        code, out, err = await run(example("http-client-get"), "127.0.0.1", port, "/none")
        assert code == 0 and err.startswith("status 404"), err
    code, out, err = await run(example("http-client-get"), "127.0.0.1", free_port(), "/")
    assert code == 1 and "failed: " in err, (code, err)


@test
async def http_client_post():
    async with http_peer() as port:
        for n in (1, 5000, 100_000):
            code, out, err = await run(example("http-client-post"), port, "/post", "p" * n)
            assert (code, out) == (0, f"text/plain {n}\n"), (n, code, out, err)


@test
async def service_threads():
    async with Server("service-threads", 4) as s:
        threads = int(re.match(r"(\d+) service threads", s.said()).group(1))
        answers = set()
        for _ in range(10):
            async with aiohttp.ClientSession() as session:
                async def ask():
                    async with session.get(s.url("/")) as r:
                        return await r.text()
                answers.update(await asyncio.gather(*(ask() for _ in range(50))))
        assert all(re.fullmatch(r"thread \d+\n", a) for a in answers), answers
        assert len(answers) == threads, f"{threads} threads, but only {answers} answered"


# Raw


@test
async def raw_adopt():
    async def handler(reader, writer):
        writer.write(b"you said " + await reader.readline())
        await writer.drain()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(handler, "127.0.0.1", 0)
    async with server:
        code, out, _ = await run(example("raw-adopt"), server.sockets[0].getsockname()[1], "hello")
    assert (code, out) == (0, "adopted\nanswer: you said hello\nclosed\n"), (code, out)


@test
async def raw_listen():
    async with Server("raw-listen") as s:
        reader, writer = await asyncio.open_connection("127.0.0.1", s.port)
        sent = os.urandom(300_000)

        async def send():
            writer.write(sent)
            await writer.drain()

        got, _ = await asyncio.wait_for(asyncio.gather(reader.readexactly(len(sent)), send()), 20)
        assert got == sent
        writer.close()
        await until(lambda: s.said().count("a client left") >= 2)	# one was there to see whether it listens


@test
async def raw_file():
    text = b"".join(b"line %d\n" % i for i in range(20000))
    code, out, _ = await run(example("raw-file"), stdin=text)
    assert code == 0 and out == f"watching standard input\n20000 lines, {len(text)} bytes\n", out


# All in one


@test
async def demo_server():
    async with Server("demo-server", ROOT / "examples" / "page") as s:
        code, out, _ = await run("curl", "-s", s.url("/"))
        assert code == 0 and "<html" in out and "WebSocket" in out
        async with s.ws(subprotocols=["echo"]) as ws:
            for message in ("text", b"binary", "long " * 20000):
                await ws.send(message)
                assert await ws.recv() == message
        code, out, _ = await run(example("ws-client"), s.port, 5, "echo")
        assert code == 0 and "received: message 5\n" in out


# Debian's lws on the other side


@test
async def lws_test_programs():
    port = free_port()
    with tempfile.TemporaryFile() as log:
        p = await asyncio.create_subprocess_exec("libwebsockets-test-server", f"--port={port}", stdout=log, stderr=log)
        try:
            for _ in range(400):
                code, out, err = await run(example("http-client-get"), "127.0.0.1", port, "/")
                if code == 0:
                    break
                await asyncio.sleep(0.05)
            page = pathlib.Path("/usr/share/libwebsockets-test-server/test.html").read_text()
            assert out == page, (code, err, len(out))
            code, out, err = await run(example("ws-client"), port, 3, "dumb-increment-protocol")
            assert (code, out) == (0, "connected\nreceived: 0\nreceived: 1\nreceived: 2\nclosed\n"), (code, out, err)
        finally:
            p.terminate()
            await p.wait()
    async with Server("http-server-dynamic") as s:
        _, out, err = await run("libwebsockets-test-client", s.url("/hello"))
        assert "lws_http_client_http_response 200" in err and "swallowed read (17)" in err, out + err


@test
async def lws_and_ours():
    for server, client in ((peer, example), (example, peer)):
        async with Server("ws-server", program=server("ws-server")) as s:
            code, out, err = await run(client("ws-client"), s.port, 200, "echo")
            assert code == 0 and out.count("received: message ") == 200 and out.endswith("closed\n"), (out[-200:], err)
            code, out, err = await run(client("ws-ping"), s.port, 3)
            assert code == 0 and out.endswith("3 of 3 pings answered\n"), (out, err)
        async with Server("http-server-dynamic", program=server("http-server-dynamic")) as s:
            code, out, err = await run(client("http-client-get"), "127.0.0.1", s.port, "/count?to=20000")
            assert code == 0 and out == "".join(f"{i:06d}\n" for i in range(1, 20001)), (code, len(out), err)
            code, out, err = await run(client("http-client-post"), s.port, "/length", "b" * 50_000)
            assert (code, out) == (0, "50000 bytes\n"), (code, out, err)


@test
async def wrk_load():
    async with Server("demo-server", ROOT / "examples" / "page") as s:
        for path in ("/", "/page.js"):
            code, out, _ = await run("wrk", "-t1", "-c50", "-d1s", s.url(path))
            assert code == 0 and "Non-2xx" not in out and "Socket errors" not in out, out
            assert int(re.search(r"(\d+) requests in", out).group(1)) > 100, out


async def main():
    global OPTIONS
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--bin", default=str(ROOT / "build/out/examples"))
    a.add_argument("--node", default=str(ROOT / "build/out/node"))
    a.add_argument("--peer", default=str(ROOT / "build/out/system/examples"))
    a.add_argument("names", nargs="*")
    OPTIONS = a.parse_args()
    for tool in ("curl", "node", "wrk", "libwebsockets-test-server", "libwebsockets-test-client"):
        if not shutil.which(tool):
            sys.exit(f"{tool} is missing")
    untested = {f.stem for f in (ROOT / "examples/c").glob("*.c")} - {f.__name__.replace("_", "-") for f in TESTS}
    passed, failed = 0, len(untested)
    for name in sorted(untested):
        print(f"FAIL {name}: no test runs this example")
    for f in TESTS:
        if OPTIONS.names and f.__name__ not in OPTIONS.names:
            continue
        try:
            await asyncio.wait_for(f(), 9 * PATIENCE)
            passed += 1
            print(f"ok   {f.__name__}", flush=True)
        except (Exception, asyncio.TimeoutError) as e:
            failed += 1
            print(f"FAIL {f.__name__}: {type(e).__name__} {str(e)[:500]}")
            traceback.print_exc(limit=-2)
            sys.stdout.flush()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
