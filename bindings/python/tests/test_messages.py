"""Messages between our two ends."""
import asyncio

import pytest
from conftest import on_asyncio, pair

import golws


@pytest.mark.parametrize("compression", ["deflate", None])
@pytest.mark.parametrize("message", ["", "héllo", b"", b"\0\xff", "x" * 70000, b"y" * 3_000_000])
def test_echo(message, compression):
    @on_asyncio
    async def test():
        async with pair(compression=compression, max_size=None, client={"compression": compression, "max_size": None}) as (_, ws):
            await ws.send(message)
            got = await ws.recv()
            assert type(got) is type(message) and got == message
    test()


@on_asyncio
async def test_bytes_like():
    async with pair() as (_, ws):
        for m in (bytearray(b"abc"), memoryview(b"abc")):
            await ws.send(m)
            assert await ws.recv() == b"abc"


@on_asyncio
async def test_parts():
    async def parts():
        for p in ("a", "b" * 1000, "c"):
            yield p
            await asyncio.sleep(0)
    async with pair() as (_, ws):
        await ws.send(["x", "y", "z"])
        assert await ws.recv() == "xyz"
        sending = asyncio.create_task(ws.send(parts()))
        await asyncio.sleep(0)
        await ws.send("after it")
        await sending
        assert await ws.recv() == "a" + "b" * 1000 + "c"
        assert await ws.recv() == "after it"


@on_asyncio
async def test_parts_of_two_kinds():
    async with pair() as (_, ws):
        with pytest.raises(TypeError):
            await ws.send(["a", b"b"])
        with pytest.raises(golws.ConnectionClosed):
            await ws.recv()


@on_asyncio
async def test_not_a_message():
    async with pair() as (_, ws):
        for m in (1, None, {"a": 1}, object()):
            with pytest.raises(TypeError):
                await ws.send(m)
        await ws.send("still good")
        assert await ws.recv() == "still good"


@on_asyncio
async def test_many_in_order():
    async with pair() as (_, ws):
        async def send():
            for i in range(5000):
                await ws.send(str(i))
        task = asyncio.create_task(send())
        for i in range(5000):
            assert await ws.recv() == str(i)
        await task


@on_asyncio
async def test_big_messages_in_flight():
    async with pair(compression=None, client={"compression": None}) as (_, ws):
        m = b"z" * 200_000
        for _ in range(8):
            await ws.send(m)
        for _ in range(200):
            assert await ws.recv() == m
            await ws.send(m)


@on_asyncio
async def test_recv_and_send_are_coroutines():
    async with pair() as (_, ws):
        t = asyncio.create_task(ws.recv())
        await asyncio.gather(ws.send("a"), ws.send("b"))
        assert await t == "a"
        assert await asyncio.wait_for(ws.recv(), 5) == "b"


@on_asyncio
async def test_two_receivers():
    async with pair() as (_, ws):
        t = asyncio.create_task(ws.recv())
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError):
            await ws.recv()
        await ws.send("x")
        assert await t == "x"


@on_asyncio
async def test_ping():
    async with pair() as (_, ws):
        pong = await ws.ping()
        assert 0 <= await pong < 5
        assert 0 <= await (await ws.ping("payload")) < 5
        with pytest.raises(ValueError):
            await ws.ping(b"x" * 126)
        await ws.pong(b"unasked")


@on_asyncio
async def test_receiving_stops_where_nobody_takes():
    go = asyncio.Event()
    seen = []

    async def slow(ws):
        seen.append(ws)
        await go.wait()
        n = 0
        async for _ in ws:
            n += 1
        seen.append(n)

    async with pair(slow, max_queue=8, compression=None, client={"compression": None}) as (_, ws):
        sent = 0

        async def flood():
            nonlocal sent
            for _ in range(2000):
                await ws.send(b"x" * 50_000)
                sent += 1
        task = asyncio.create_task(flood())
        last = -1
        while sent != last or not (seen and seen[0]._held):  # until send() waits
            last = sent
            await asyncio.sleep(0.3)
        assert sent < 2000 and not task.done()
        assert seen[0]._count <= 8 + 4 and seen[0]._held
        go.set()
        await task
        await ws.close()
    assert seen[1] == 2000


@on_asyncio
async def test_max_size():
    async def handler(ws):
        with pytest.raises(golws.ConnectionClosedError) as e:
            await ws.recv()
        assert e.value.code == 1009
    async with pair(handler, max_size=1000) as (_, ws):
        await ws.send(b"x" * 1001)
        with pytest.raises(golws.ConnectionClosedError) as e:
            await ws.recv()
        assert e.value.code == 1009 and ws.close_code == 1009
