#!/usr/bin/env python3
"""Echo, side by side: golws against websockets (high level) and picows (low level), each with its own server and its own client on
one asyncio loop of one process. Rounds of all take turns; the ratios are of the medians.

    echo.py [--seconds S] [--rounds N] [--uvloop]
"""
import argparse
import asyncio
import contextlib
import statistics
import time

import golws
from golws import lowlevel

SIZES = (64, 16384)
FLIGHTS = (1, 16)


async def high_client(ws, size, flight, seconds):
    """Messages per second: `flight` of them under way, by one task that receives and sends."""
    payload = b"x" * size
    for _ in range(flight):
        await ws.send(payload)
    n, start = 0, time.perf_counter()
    while True:
        m = await ws.recv()
        n += 1
        if not n & 63 and time.perf_counter() - start > seconds:
            break
        await ws.send(m)
    took = time.perf_counter() - start
    for _ in range(flight - 1):
        await ws.recv()
    return n / took


@contextlib.asynccontextmanager
async def with_golws():
    async def echo(ws):
        async for m in ws:
            await ws.send(m)
    async with golws.serve(echo, "127.0.0.1", 0, compression=None, max_queue=64) as s:
        async with golws.connect(f"ws://127.0.0.1:{s.port}/", compression=None, max_queue=64) as ws:
            yield lambda size, flight, seconds: high_client(ws, size, flight, seconds)


@contextlib.asynccontextmanager
async def with_websockets():
    import websockets.asyncio.client
    import websockets.asyncio.server

    async def echo(ws):
        async for m in ws:
            await ws.send(m)
    async with websockets.asyncio.server.serve(echo, "127.0.0.1", 0, compression=None, max_queue=64) as s:
        port = s.sockets[0].getsockname()[1]
        async with websockets.asyncio.client.connect(f"ws://127.0.0.1:{port}/", compression=None, max_queue=64) as ws:
            yield lambda size, flight, seconds: high_client(ws, size, flight, seconds)


class Counter:
    """The client's side of a low-level echo: the callback sends what it got back at once."""

    def begin(self, size, flight, seconds, send):
        self.n, self.left, self.seconds = 0, flight, seconds
        self.start = time.perf_counter()
        self.done = asyncio.get_running_loop().create_future()
        self.running = True
        for _ in range(flight):
            send(b"x" * size)

    def got(self):
        """Whether to send it back."""
        self.n += 1
        if self.running:
            if self.n & 63 or time.perf_counter() - self.start <= self.seconds:
                return True
            self.running = False
            self.rate = self.n / (time.perf_counter() - self.start)
        self.left -= 1
        if not self.left:
            self.done.set_result(self.rate)
        return False


@contextlib.asynccontextmanager
async def with_golws_low():
    counter = Counter()
    got = counter.got
    opened = asyncio.get_running_loop().create_future()

    def echo(wsi, data):
        wsi.write(data)

    def client_receive(wsi, data):
        if got():
            wsi.write(data)

    def client_event(wsi, reason, data):
        if reason == lowlevel.CALLBACK_CLIENT_ESTABLISHED:
            opened.set_result(wsi)
        elif reason == lowlevel.CALLBACK_CLIENT_CONNECTION_ERROR:
            opened.set_exception(golws.ConnectFailed(data))

    with lowlevel.Context() as context:
        server = context.vhost([lowlevel.Protocol("echo", receive=echo, messages=True)], iface="127.0.0.1", port=0)
        client = context.vhost([lowlevel.Protocol("client", client_event, receive=client_receive, messages=True)])
        context.attach_asyncio()
        client.connect("127.0.0.1", server.port, "/")
        wsi = await opened

        async def run(size, flight, seconds):
            counter.begin(size, flight, seconds, wsi.write)
            return await counter.done
        yield run


@contextlib.asynccontextmanager
async def with_picows():
    import picows
    counter = Counter()

    class Echo(picows.WSListener):
        def on_ws_frame(self, transport, frame):
            transport.send(picows.WSMsgType.BINARY, frame.get_payload_as_memoryview())

    class Client(picows.WSListener):
        def on_ws_frame(self, transport, frame):
            if counter.got():
                transport.send(picows.WSMsgType.BINARY, frame.get_payload_as_memoryview())

    server = await picows.ws_create_server(lambda request: Echo(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    transport, _ = await picows.ws_connect(Client, f"ws://127.0.0.1:{port}/")

    async def run(size, flight, seconds):
        counter.begin(size, flight, seconds, lambda b: transport.send(picows.WSMsgType.BINARY, b))
        return await counter.done
    try:
        yield run
    finally:
        transport.disconnect()
        server.close()


async def measure(pair, seconds, rounds):
    rates = {}
    async with contextlib.AsyncExitStack() as stack:
        runs = {name: await stack.enter_async_context(make()) for name, make in pair.items()}
        for size in SIZES:
            for flight in FLIGHTS:
                for name, run in runs.items():
                    await run(size, flight, seconds / 4)
                for _ in range(rounds):
                    for name, run in runs.items():
                        rates.setdefault((name, size, flight), []).append(await run(size, flight, seconds))
    return rates


def show(pair, rates, goal):
    ours, theirs = pair
    held = True
    for size in SIZES:
        for flight in FLIGHTS:
            a, b = (statistics.median(rates[n, size, flight]) for n in pair)
            held = held and a / b >= goal
            print(f"{size:>6} B  {flight:>2} in flight  {ours:<12}{a:>10.0f}/s   {theirs:<12}{b:>10.0f}/s   ratio {a / b:5.2f}"
                  + ("" if a / b >= goal else f"  below {goal}"))
    return held


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--seconds", type=float, default=0.5)
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--uvloop", action="store_true")
    a = p.parse_args()
    if a.uvloop:
        import uvloop
        uvloop.install()
    held = True
    for pair, goal in (({"golws": with_golws, "websockets": with_websockets}, 2), ({"golws low": with_golws_low, "picows": with_picows}, 1)):
        held = show(list(pair), asyncio.run(measure(pair, a.seconds, a.rounds)), goal) and held
    raise SystemExit(0 if held else 1)


if __name__ == "__main__":
    main()
