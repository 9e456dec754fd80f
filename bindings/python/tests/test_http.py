"""HTTP: handshakes, process_request, static files, the client."""
import asyncio

import pytest
from conftest import echo, on_asyncio, pair

import golws


@on_asyncio
async def test_request_and_headers():
    seen = []

    async def handler(ws):
        seen.append((ws.request.method, ws.request.path, ws.request.headers["x-mine"], ws.request.headers["User-Agent"]))
        await ws.send("hi")
    async with pair(handler, extra_headers={"X-Server": "yes"}, client={"additional_headers": {"X-Mine": "1"}, "user_agent_header": "me"}) as (_, ws):
        assert await ws.recv() == "hi"
        assert ws.response.status == 101 and ws.response.headers["x-server"] == "yes"
    assert seen == [("GET", "/path?a=1&b=2", "1", "me")]


@pytest.mark.parametrize("offered, agreed", [(["b"], "b"), (["a", "b"], "a"), (None, None)])
def test_subprotocols(offered, agreed):
    @on_asyncio
    async def test():
        seen = []

        async def handler(ws):
            seen.append(ws.subprotocol)
        async with pair(handler, subprotocols=["a", "b"], client={"subprotocols": offered}) as (_, ws):
            assert ws.subprotocol == agreed
            async for _ in ws:
                pass
        assert seen == [agreed]
    test()


@on_asyncio
async def test_process_request_refuses():
    def ask(connection, request):
        if request.path.startswith("/no"):
            return connection.respond(403, "not you\n", {"x-why": "because"})
        if request.path == "/health":
            return golws.Response(200, [("content-type", "text/plain")], "fine")
        return None
    async with golws.serve(echo, "127.0.0.1", 0, process_request=ask) as s:
        base = f"127.0.0.1:{s.port}"
        with pytest.raises(golws.InvalidStatus) as e:
            await golws.connect(f"ws://{base}/no")
        assert e.value.status == 403 and e.value.response.headers["x-why"] == "because"
        async with golws.connect(f"ws://{base}/yes") as ws:
            await ws.send("x")
            assert await ws.recv() == "x"
        r = await golws.request("GET", f"http://{base}/health")
        assert (r.status, r.text(), r.headers["content-type"]) == (200, "fine", "text/plain")
        assert (await golws.request("GET", f"http://{base}/other")).status == 426


def test_process_request_that_raises():
    lost = []

    async def main():
        asyncio.get_running_loop().set_exception_handler(lambda _, c: lost.append(c["exception"]))

        def ask(connection, request):
            raise KeyError("mine")
        async with golws.serve(echo, "127.0.0.1", 0, process_request=ask) as s:
            with pytest.raises(golws.InvalidStatus) as e:
                await golws.connect(f"ws://127.0.0.1:{s.port}/")
            assert e.value.status == 500
    asyncio.run(main())
    assert [type(e) for e in lost] == [KeyError]


@on_asyncio
async def test_origins():
    async with golws.serve(echo, "127.0.0.1", 0, origins=["http://good"]) as s:
        with pytest.raises(golws.InvalidStatus) as e:
            await golws.connect(f"ws://127.0.0.1:{s.port}/", origin="http://bad")
        assert e.value.status == 403
        async with golws.connect(f"ws://127.0.0.1:{s.port}/", origin="http://good"):
            pass


def test_static_mount(site):
    @on_asyncio
    async def test():
        async with golws.serve(echo, "127.0.0.1", 0, mounts={"/files": str(site)}) as s:
            base = f"http://127.0.0.1:{s.port}/files/"
            assert (await golws.request("GET", base + "a.txt")).text() == "a text"
            assert (await golws.request("GET", base)).text() == "<p>index</p>"
            assert (await golws.request("GET", base + "none.txt")).status == 404
    test()


@pytest.mark.parametrize("size", [0, 10, 100_000, 5_000_000])
def test_request_body_and_big_answer(size):
    async def server(reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        n = int([ln for ln in head.split("\r\n") if ln.lower().startswith("content-length")][0].split(":")[1])
        body = await reader.readexactly(n)
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Method: " + head.split()[0].encode() + b"\r\n\r\n")
        for i in range(0, n, 70_000):
            piece = body[i:i + 70_000]
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            await writer.drain()
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        writer.close()

    @on_asyncio
    async def test():
        s = await asyncio.start_server(server, "127.0.0.1", 0)
        body = bytes(i & 255 for i in range(256)) * (size // 256) + b"x" * (size % 256)
        r = await golws.request("POST", f"http://127.0.0.1:{s.sockets[0].getsockname()[1]}/", body=body)
        assert r.status == 200 and r.body == body and r.headers["x-method"] == "POST"
        s.close()
    test()


@on_asyncio
async def test_answer_bigger_than_the_queue():
    big = b"0123456789abcdef" * (2 << 20)

    def ask(connection, request):
        return golws.Response(200, None, big)
    async with golws.serve(echo, "127.0.0.1", 0, process_request=ask) as s:
        r = await golws.request("GET", f"http://127.0.0.1:{s.port}/")
        assert r.body == big


@on_asyncio
async def test_request_failures():
    with pytest.raises(golws.ConnectFailed):
        await golws.request("GET", "http://127.0.0.1:1/")

    async def silent(reader, writer):
        await asyncio.sleep(2)
        writer.close()
    s = await asyncio.start_server(silent, "127.0.0.1", 0)
    with pytest.raises(golws.OpenTimeout):
        await golws.request("GET", f"http://127.0.0.1:{s.sockets[0].getsockname()[1]}/", timeout=0.2)
    s.close()


def test_unix_socket(tmp_path):
    @on_asyncio
    async def test():
        path = str(tmp_path / "sock")
        async with golws.unix_serve(echo, path):
            async with golws.unix_connect(path) as ws:
                await ws.send("by unix")
                assert await ws.recv() == "by unix"
    test()
