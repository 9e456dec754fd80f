"""Being a guest: leaks, threads, forks, loops."""
import asyncio
import gc
import multiprocessing
import os
import socket
import subprocess
import sys
import threading
import weakref

import pytest
from conftest import descriptors, echo, on_asyncio, pair, until

import golws
from golws import lowlevel


@pytest.mark.parametrize("how", ["clean", "cancelled", "refused", "http"])
def test_nothing_is_left(how):
    refs = []

    async def once():
        if how == "refused":
            with pytest.raises(golws.ConnectFailed):
                await golws.connect("ws://127.0.0.1:1/")
            return

        async def handler(ws):
            refs.append(weakref.ref(ws))
            await echo(ws)
        async with golws.serve(handler, "127.0.0.1", 0) as s:
            if how == "http":
                await golws.request("GET", f"http://127.0.0.1:{s.port}/")
                return

            async def body():
                async with golws.connect(f"ws://127.0.0.1:{s.port}/") as ws:
                    refs.append(weakref.ref(ws))
                    await ws.send("x")
                    await ws.recv()
                    if how == "cancelled":
                        await ws.recv()
            t = asyncio.create_task(body())
            if how == "cancelled":
                await asyncio.sleep(0.05)
                t.cancel()
            await asyncio.wait([t])

    async def main():
        await once()  # the runtime's own descriptors come with the first
        await asyncio.sleep(0.05)
        before, tasks = descriptors(), len(asyncio.all_tasks())

        def left():  # what is there now and was not; what was there may have had its end since
            return descriptors().items() - before.items()
        for _ in range(20):
            await once()
        assert len(asyncio.all_tasks()) <= tasks
        assert not left() or how == "cancelled", left()
        await until(lambda: not left())
    asyncio.run(main())
    assert not golws._runtime._of
    gc.collect()
    assert not [r() for r in refs if r() is not None]


def test_thousand_connections_leave_no_memory():
    async def main():
        async with golws.serve(echo, "127.0.0.1", 0) as s:
            async def one():
                async with golws.connect(f"ws://127.0.0.1:{s.port}/") as ws:
                    await ws.send("x")
                    await ws.recv()
            counts = []
            for _ in range(5):
                for _ in range(10):
                    await asyncio.gather(*(one() for _ in range(20)))
                await until(lambda: not s.connections)  # its side of the last ones
                gc.collect()
                counts.append(sum(isinstance(o, golws._native.Wsi) for o in gc.get_objects()))
            assert counts[-1] <= 1, counts
    asyncio.run(main())


def test_loops_in_threads():
    results = []

    def thread(i):
        async def main():
            async with pair() as (_, ws):
                for j in range(200):
                    await ws.send(f"{i} {j}")
                    assert await ws.recv() == f"{i} {j}"
                results.append(i)
        asyncio.run(main())
    threads = [threading.Thread(target=thread, args=(i,)) for i in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(30)
    assert sorted(results) == [0, 1, 2, 3]


@on_asyncio
async def test_wrong_thread_is_an_error():
    async with pair() as (_, ws):
        with pytest.raises(RuntimeError, match="another thread"):
            await asyncio.to_thread(ws.write, b"x")


def _child_echo(q):
    async def main():
        async with pair() as (_, ws):
            await ws.send("child")
            q.put(await ws.recv())
    asyncio.run(main())


def test_fork_before_use():
    """A process that has imported golws and not used it forks: both may use it."""
    code = """
import asyncio, multiprocessing, sys
sys.path.insert(0, %r)
import golws
from test_guest import _child_echo
c = multiprocessing.get_context("fork")
q = c.Queue()
p = c.Process(target=_child_echo, args=(q,)); p.start()
assert q.get(timeout=20) == "child"; p.join()
_child_echo(q)
assert q.get(timeout=20) == "child"
print("both")
""" % os.path.dirname(__file__)
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=50)
    assert out.stdout == "both\n", out.stderr


def test_fork_of_a_live_context():
    code = """
import asyncio, os, sys
import golws
async def echo(ws):
    async for m in ws: await ws.send(m)
async def main():
    async with golws.serve(echo, "127.0.0.1", 0) as s:
        async with golws.connect(f"ws://127.0.0.1:{s.port}/") as ws:
            pid = os.fork()
            if not pid:
                n = 0
                for use in (lambda: ws.send("x"), lambda: ws.recv(), lambda: ws.ping(), lambda: golws.connect("ws://127.0.0.1:1/")._connect()):
                    try:
                        await use()
                    except golws.ContextForked as e:
                        n += "fork" in str(e)
                os._exit(10 + n)
            assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 14, "child"
            await ws.send("parent")
            print(await ws.recv())
asyncio.run(main())
pid = os.fork()
if not pid:
    async def main():
        try:
            await golws.connect("ws://127.0.0.1:1/")
        except golws.ContextForked:
            os._exit(7)
    asyncio.run(main())
    os._exit(1)
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
print("after it too")
"""
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=50)
    assert out.stdout == "parent\nafter it too\n", out.stderr


def test_spawn():
    c = multiprocessing.get_context("spawn")
    q = c.Queue()
    p = c.Process(target=_child_echo, args=(q,))
    p.start()
    assert q.get(timeout=30) == "child"
    p.join()


def test_uvloop():
    uvloop = pytest.importorskip("uvloop")

    async def main():
        async with pair() as (_, ws):
            for m in ("x", b"y" * 300_000):
                await ws.send(m)
                assert await ws.recv() == m
            t = asyncio.create_task(ws.recv())
            await asyncio.sleep(0)
            t.cancel()
            with pytest.raises(asyncio.CancelledError):
                await t
        assert ws.close_code == 1000
    loop = uvloop.new_event_loop()
    try:
        loop.run_until_complete(asyncio.wait_for(main(), 20))
    finally:
        loop.close()
    assert not golws._runtime._of


def test_trio():
    trio = pytest.importorskip("trio")

    async def main():
        with trio.fail_after(20):
            async with pair() as (s, ws):
                for m in ("x", b"y" * 300_000):
                    await ws.send(m)
                    assert await ws.recv() == m
                with trio.move_on_after(0.05) as scope:
                    await ws.recv()
                assert scope.cancelled_caught
                await ws.send("after it")
                assert await ws.recv() == "after it"
                assert (await golws.request("GET", f"http://127.0.0.1:{s.port}/")).status == 426
                await (await ws.ping())
            assert ws.close_code == 1000
            with pytest.raises(golws.ConnectFailed):
                await golws.connect("ws://127.0.0.1:1/")
    trio.run(main)
    assert not golws._runtime._of


def test_trio_handler_exception_reaches_the_caller():
    trio = pytest.importorskip("trio")

    async def bad(ws):
        raise ZeroDivisionError

    async def main():
        with trio.fail_after(20):
            async with golws.serve(bad, "127.0.0.1", 0) as s:
                async with golws.connect(f"ws://127.0.0.1:{s.port}/") as ws:
                    await trio.sleep(10)
    with pytest.raises(BaseException) as e:
        trio.run(main)
    assert e.group_contains(ZeroDivisionError) if hasattr(e, "group_contains") else True
    assert not golws._runtime._of


def test_idle_loop_is_not_polled():
    """A loop with an idle connection sleeps: no timer of ours wakes it."""
    async def main():
        loop = asyncio.get_running_loop()
        async with pair() as (_, ws):
            await asyncio.sleep(0.2)
            turns = 0
            select = loop._selector.select

            def counting(timeout):
                nonlocal turns
                turns += 1
                return select(timeout)
            loop._selector.select = counting
            for _ in range(5):  # what the connection's beginning left to do may come late; a timer would come in each second
                turns = 0
                await asyncio.sleep(1)
                if turns <= 3:
                    break
            loop._selector.select = select
            assert turns <= 3, turns
    asyncio.run(main())


# ---- the low level ----

def test_blocking_run():
    got, kept = [], []

    def echo_back(wsi, data):
        assert isinstance(data, memoryview)
        kept.append(data)
        wsi.write(data, lowlevel.WRITE_TEXT)

    def event(wsi, reason, data):
        if reason == lowlevel.CALLBACK_CLIENT_ESTABLISHED:
            wsi.write("hello", lowlevel.WRITE_TEXT)
        elif reason == lowlevel.CALLBACK_CLIENT_RECEIVE:
            got.append((bytes(data), wsi.final, wsi.binary))
            wsi.close(1000, "done")
        elif reason == lowlevel.CALLBACK_CLIENT_CLOSED:
            got.append("closed")
            wsi.context.stop()
    with lowlevel.Context() as context:
        server = context.vhost([lowlevel.Protocol("echo", receive=echo_back)], port=0, iface="127.0.0.1")
        client = context.vhost([lowlevel.Protocol("client", event)])
        client.connect("127.0.0.1", server.port)
        context.run()
    assert got == [(b"hello", True, False), "closed"]
    with pytest.raises(ValueError):
        bytes(kept[0])
    assert context.closed
    with pytest.raises(RuntimeError):
        context.fileno()


def run_low(receive, to_send=("x",), **protocol):
    """Sends messages to a server with this receive function until its connection closes; what service() raised."""
    errors = []

    def event(wsi, reason, data):
        if reason == lowlevel.CALLBACK_CLIENT_ESTABLISHED:
            for m in to_send:
                wsi.write(m, lowlevel.WRITE_TEXT if isinstance(m, str) else lowlevel.WRITE_BINARY)
        elif reason in (lowlevel.CALLBACK_CLIENT_CLOSED, lowlevel.CALLBACK_CLIENT_CONNECTION_ERROR):
            wsi.context.stop()
    with lowlevel.Context() as context:
        server = context.vhost([lowlevel.Protocol("p", receive=receive, **protocol)], port=0, iface="127.0.0.1")
        context.vhost([lowlevel.Protocol("client", event)]).connect("127.0.0.1", server.port)
        while not context._stopped:
            try:
                context.service(5)
            except Exception as e:
                errors.append(e)
    return errors


def test_exception_in_a_callback_is_raised_by_service():
    def bad(wsi, data):
        raise ZeroDivisionError
    assert [type(e) for e in run_low(bad)] == [ZeroDivisionError]


def test_kept_slice_is_an_error():
    kept = []

    def keep(wsi, data):
        kept.append(data[1:])
    assert [type(e) for e in run_low(keep, ("hello",))] == [BufferError]


def test_whole_messages():
    seen = []

    def receive(wsi, data):
        seen.append(len(data))
        if len(seen) == 3:
            wsi.close()
    assert run_low(receive, (b"a", b"b" * 500_000, b""), messages=True) == []
    assert seen == [1, 500_000, 0]


def test_low_level_on_asyncio_reports_to_the_loop():
    lost = []

    async def main():
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, c: lost.append(c["exception"]))
        closed = loop.create_future()

        def bad(wsi, data):
            raise ZeroDivisionError

        def event(wsi, reason, data):
            if reason == lowlevel.CALLBACK_CLIENT_ESTABLISHED:
                wsi.write("x", lowlevel.WRITE_TEXT)
            elif reason == lowlevel.CALLBACK_CLIENT_CLOSED:
                closed.set_result(None)
        with lowlevel.Context() as context:
            context.attach_asyncio()
            server = context.vhost([lowlevel.Protocol("p", receive=bad)], port=0, iface="127.0.0.1")
            context.vhost([lowlevel.Protocol("client", event)]).connect("127.0.0.1", server.port)
            await asyncio.wait_for(closed, 10)
    asyncio.run(main())
    assert [type(e) for e in lost] == [ZeroDivisionError]


def test_the_c_interface_is_there():
    assert golws.ffi.string(golws.lib.lws_get_library_version())
    assert golws.lib.LWS_CALLBACK_RECEIVE == lowlevel.CALLBACK_RECEIVE == 6
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        assert golws.lib.lws_get_socket_fd(golws.ffi.NULL) == -1
