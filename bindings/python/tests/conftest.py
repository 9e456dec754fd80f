"""Servers on a loop, and loops of every kind."""
import asyncio
import contextlib
import functools
import os

import pytest

import golws


# Seconds that a test may take before it counts as hung. Nothing waits for them where all is well.
PATIENCE = 50


async def until(condition):
    """Waits, as long as a test may take."""
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE
    while not condition():
        assert loop.time() < end, "it did not happen in time"
        await asyncio.sleep(0.02)


def on_asyncio(f):
    """Runs a coroutine test on asyncio; what goes to the loop's exception handler fails it."""
    @functools.wraps(f)
    def test(*args, **kwargs):
        async def main():
            loop, lost = asyncio.get_running_loop(), []
            loop.set_exception_handler(lambda _, c: lost.append(c))
            await asyncio.wait_for(f(*args, **kwargs), PATIENCE)
            assert not lost, lost
        asyncio.run(main())
        assert not golws._runtime._of
    return test


async def echo(ws):
    async for message in ws:
        await ws.send(message)


@contextlib.asynccontextmanager
async def pair(handler=echo, client=None, **server):
    """A server of ours and a client of ours on it."""
    async with golws.serve(handler, "127.0.0.1", 0, **server) as s:
        async with golws.connect(f"ws://127.0.0.1:{s.port}/path?a=1&b=2", **(client or {})) as ws:
            yield s, ws


def descriptors():
    return {f: os.readlink(f"/proc/self/fd/{f}") for f in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{f}")}


@pytest.fixture
def site(tmp_path):
    (tmp_path / "index.html").write_text("<p>index</p>")
    (tmp_path / "a.txt").write_text("a text")
    return tmp_path
