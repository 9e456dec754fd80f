"""Against the package websockets, both ways."""
import asyncio

import pytest
import websockets.asyncio.client
import websockets.asyncio.server
import websockets.exceptions
from conftest import echo, on_asyncio

import golws

MESSAGES = ["", "text", "é" * 1000, b"", b"\0\1", b"b" * 100_000, "t" * 500_000]


@pytest.mark.parametrize("compression", ["deflate", None])
def test_our_server(compression):
    @on_asyncio
    async def test():
        async with golws.serve(echo, "127.0.0.1", 0, subprotocols=["chat"], compression=compression) as s:
            async with websockets.asyncio.client.connect(f"ws://127.0.0.1:{s.port}/", subprotocols=["chat"], compression=compression) as ws:
                assert ws.subprotocol == "chat"
                for m in MESSAGES:
                    await ws.send(m)
                    assert await ws.recv() == m
                await ws.send(["a", "b"])
                assert await ws.recv() == "ab"
                await (await ws.ping())
            assert ws.close_code == 1000
    test()


@pytest.mark.parametrize("compression", ["deflate", None])
def test_our_client(compression):
    @on_asyncio
    async def test():
        async with websockets.asyncio.server.serve(echo, "127.0.0.1", 0, subprotocols=["chat"], compression=compression) as s:
            port = s.sockets[0].getsockname()[1]
            async with golws.connect(f"ws://127.0.0.1:{port}/", subprotocols=["chat"], compression=compression) as ws:
                assert ws.subprotocol == "chat"
                for m in MESSAGES:
                    await ws.send(m)
                    assert await ws.recv() == m
                await ws.send([b"a", b"b"])
                assert await ws.recv() == b"ab"
                await (await ws.ping())
            assert ws.close_code == 1000
    test()


@on_asyncio
async def test_their_close():
    async def handler(ws):
        await ws.close(4321, "theirs")
    async with websockets.asyncio.server.serve(handler, "127.0.0.1", 0) as s:
        async with golws.connect(f"ws://127.0.0.1:{s.sockets[0].getsockname()[1]}/") as ws:
            with pytest.raises(golws.ConnectionClosedError) as e:
                await ws.recv()
            assert (e.value.code, e.value.reason) == (4321, "theirs")


@on_asyncio
async def test_our_close():
    async def handler(ws):
        await ws.close(4322, "ours")
    async with golws.serve(handler, "127.0.0.1", 0) as s:
        async with websockets.asyncio.client.connect(f"ws://127.0.0.1:{s.port}/") as ws:
            with pytest.raises(websockets.exceptions.ConnectionClosedError) as e:
                await ws.recv()
            assert (e.value.rcvd.code, e.value.rcvd.reason) == (4322, "ours")


@on_asyncio
async def test_their_refusal():
    async def handler(ws):
        pass

    def ask(connection, request):
        return connection.respond(401, "who?\n")
    async with websockets.asyncio.server.serve(handler, "127.0.0.1", 0, process_request=ask) as s:
        with pytest.raises(golws.InvalidStatus) as e:
            await golws.connect(f"ws://127.0.0.1:{s.sockets[0].getsockname()[1]}/")
        assert e.value.status == 401


@on_asyncio
async def test_hundred_connections():
    async with golws.serve(echo, "127.0.0.1", 0) as s:
        async def one(i, connect):
            async with connect(f"ws://127.0.0.1:{s.port}/") as ws:
                for j in range(5):
                    await ws.send(f"{i} {j}")
                    assert await ws.recv() == f"{i} {j}"
        await asyncio.gather(*(one(i, golws.connect if i % 2 else websockets.asyncio.client.connect) for i in range(100)))
