"""How connections begin, end and fail."""
import asyncio
import socket

import pytest
from conftest import echo, on_asyncio, pair

import golws


@on_asyncio
async def test_code_and_reason_both_ways():
    got = []

    async def handler(ws):
        async for _ in ws:
            pass
        got.append((ws.close_code, ws.close_reason))
    async with pair(handler) as (_, ws):
        await ws.close(4001, "because")
        assert (ws.close_code, ws.close_reason) == (4001, "because")
    async with pair(lambda ws: ws.close(1000, "bye")) as (_, ws):
        assert [m async for m in ws] == []
        assert (ws.close_code, ws.close_reason) == (1000, "bye")
    await asyncio.sleep(0)


@on_asyncio
async def test_error_code_raises():
    async with pair(lambda ws: ws.close(4002, "bad")) as (_, ws):
        with pytest.raises(golws.ConnectionClosedError) as e:
            await ws.recv()
        assert (e.value.code, e.value.reason) == (4002, "bad")
        assert isinstance(e.value, ConnectionError)
        with pytest.raises(golws.ConnectionClosedError):
            await ws.send("x")


@on_asyncio
async def test_ok_code():
    async with pair(lambda ws: ws.close()) as (_, ws):
        with pytest.raises(golws.ConnectionClosedOK):
            await ws.recv()


@on_asyncio
async def test_bad_arguments():
    async with pair() as (_, ws):
        for code in (0, 999, 1005, 1006, 1015, 5000):
            with pytest.raises(ValueError):
                await ws.close(code)
        with pytest.raises(ValueError):
            await ws.close(1000, "x" * 124)
    for bad in ("http://x/", "ws:///", "wss://127.0.0.1/"):
        with pytest.raises(ValueError):
            golws.connect(bad)


@on_asyncio
async def test_refused_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    with pytest.raises(golws.ConnectFailed) as e:
        await golws.connect(f"ws://127.0.0.1:{port}/")
    assert "refused" in str(e.value)


@on_asyncio
async def test_port_in_use():
    async with golws.serve(echo, "127.0.0.1", 0) as s:
        with pytest.raises(OSError):
            await golws.serve(echo, "127.0.0.1", s.port)


@on_asyncio
async def test_silent_server():
    with socket.create_server(("127.0.0.1", 0)) as s:
        with pytest.raises(golws.OpenTimeout) as e:
            await golws.connect(f"ws://127.0.0.1:{s.getsockname()[1]}/", open_timeout=0.2)
        assert isinstance(e.value, TimeoutError)


@on_asyncio
async def test_connection_lost():
    got = asyncio.get_running_loop().create_future()

    async def handler(ws):
        try:
            await ws.recv()
        except golws.ConnectionClosedError as e:
            got.set_result(e.code)
    async with golws.serve(handler, "127.0.0.1", 0) as s:
        ws = await golws.connect(f"ws://127.0.0.1:{s.port}/")
        ws.kill()
        assert await got == 1006
        await ws.wait_closed()


@on_asyncio
async def test_peer_that_does_not_answer_the_close():
    async def server(reader, writer):
        import base64
        import hashlib
        head = await reader.readuntil(b"\r\n\r\n")
        key = [ln.split(b": ")[1] for ln in head.split(b"\r\n") if ln.lower().startswith(b"sec-websocket-key")][0]
        accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
        writer.write(b"HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n")
        while await reader.read(1000):
            pass
        writer.close()
    s = await asyncio.start_server(server, "127.0.0.1", 0)
    port = s.sockets[0].getsockname()[1]
    ws = await golws.connect(f"ws://127.0.0.1:{port}/", close_timeout=0.3, compression=None)
    loop = asyncio.get_running_loop()
    start = loop.time()
    await ws.close()
    assert 0.2 < loop.time() - start < 9  # less than if it had not been asked for
    assert ws.close_code == 1006
    s.close()


@on_asyncio
async def test_cancelled_recv_loses_nothing():
    async with pair() as (_, ws):
        t = asyncio.create_task(ws.recv())
        await asyncio.sleep(0)
        t.cancel()
        with pytest.raises(asyncio.CancelledError):
            await t
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(ws.recv(), 0.05)
        await ws.send("x")
        assert await ws.recv() == "x"


@on_asyncio
async def test_cancelled_connect():
    with socket.create_server(("127.0.0.1", 0)) as s:
        async def connect():
            async with golws.connect(f"ws://127.0.0.1:{s.getsockname()[1]}/"):
                pass
        t = asyncio.create_task(connect())
        await asyncio.sleep(0.1)
        t.cancel()
        with pytest.raises(asyncio.CancelledError):
            await t
        s.setblocking(False)
        loop = asyncio.get_running_loop()
        c, _ = await loop.sock_accept(s)
        while await asyncio.wait_for(loop.sock_recv(c, 1000), 20):
            pass  # the client has hung up
        c.close()
    await asyncio.sleep(0.05)


@on_asyncio
async def test_cancelled_body_closes():
    closed = asyncio.get_running_loop().create_future()

    async def handler(ws):
        try:
            async for _ in ws:
                pass
        finally:
            closed.set_result(ws.close_code)

    async with golws.serve(handler, "127.0.0.1", 0) as s:
        inside = asyncio.Event()

        async def body():
            async with golws.connect(f"ws://127.0.0.1:{s.port}/") as ws:
                inside.set()
                await ws.recv()
        t = asyncio.create_task(body())
        await inside.wait()
        t.cancel()
        with pytest.raises(asyncio.CancelledError):
            await t
        assert await closed == 1011  # as where anything else ends the body


@on_asyncio
async def test_server_closes_its_connections():
    async with golws.serve(echo, "127.0.0.1", 0) as s:
        ws = await golws.connect(f"ws://127.0.0.1:{s.port}/")
    assert [m async for m in ws] == [] and ws.close_code == 1001
    await ws.close()


@on_asyncio
async def test_reconnect():
    count = 0

    async def once(ws):
        await ws.send(str(len(seen)))
        await ws.close(1001)
    seen = []
    async with golws.serve(once, "127.0.0.1", 0) as s:
        async for ws in golws.connect(f"ws://127.0.0.1:{s.port}/"):
            seen.append(await ws.recv())
            if len(seen) == 3:
                break
        port = s.port
    assert seen == ["0", "1", "2"] and not count
    with pytest.raises(golws.ConnectFailed):
        async for ws in golws.connect(f"ws://127.0.0.1:{port}/", retry=golws.Retry([0.01], attempts=2)):
            raise AssertionError("nobody serves")


def test_retry_policy():
    delays = list(golws.Retry([0.1, 0.2], attempts=3, jitter=0.1).delays())
    assert len(delays) == 3 and 0.1 <= delays[0] <= 0.111 and all(0.2 <= d <= 0.221 for d in delays[1:])


def test_handler_exception_reaches_the_loop():
    lost = []

    async def main():
        asyncio.get_running_loop().set_exception_handler(lambda _, c: lost.append(c["exception"]))

        async def bad(ws):
            raise ZeroDivisionError("mine")
        async with pair(bad) as (_, ws):
            with pytest.raises(golws.ConnectionClosedError) as e:
                await ws.recv()
            assert e.value.code == 1011
    asyncio.run(main())
    assert [type(e) for e in lost] == [ZeroDivisionError]


def test_keyboard_interrupt_in_a_task_leaves_the_loop():
    async def handler(ws):
        await ws.recv()
        raise KeyboardInterrupt

    async def main():
        async with pair(handler) as (_, ws):
            await ws.send("x")
            await ws.recv()
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(main())
