"""The event loops that golws can be a guest of: each watches one descriptor and runs tasks."""
from __future__ import annotations

import asyncio
import sys
from typing import Any, Awaitable, Callable, Coroutine, Optional

from . import _native


class AsyncioHost:
    """asyncio's loop, uvloop's too."""

    direct = True  # a Waiter can be awaited as it is

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.key = id(loop)

    def closed(self) -> bool:
        return self.loop.is_closed()

    def watch(self, context: _native.Context) -> None:
        serve = context._serve
        self.loop.add_reader(context.fileno(), serve, True)

    def unwatch(self, fd: int) -> None:
        if not self.loop.is_closed():
            self.loop.remove_reader(fd)

    def report(self, exception: BaseException, what: Any = None) -> None:
        self.loop.call_exception_handler({"message": "Exception in a golws callback", "exception": exception, "golws": what})

    def wait(self, waiter: _native.Waiter) -> Awaitable[None]:
        return waiter

    def sleep(self, seconds: float) -> Awaitable[Any]:
        return asyncio.sleep(seconds)

    def spawn(self, group: "AsyncioGroup", f: Callable[..., Coroutine[Any, Any, None]], *args: Any) -> None:
        task = self.loop.create_task(f(*args))
        group.tasks.add(task)
        task.add_done_callback(group.tasks.discard)

    def group(self) -> "AsyncioGroup":
        return AsyncioGroup()


class AsyncioGroup:
    """The tasks of a server."""

    def __init__(self) -> None:
        self.tasks: set = set()

    async def start(self) -> None:
        pass

    async def finish(self, failed: Optional[BaseException] = None) -> None:
        me = asyncio.current_task()
        while (others := [t for t in self.tasks if t is not me]):
            await asyncio.wait(others)


class TrioHost:
    """trio: a system task waits for the descriptor."""

    direct = False

    def __init__(self) -> None:
        import trio
        self.trio = trio
        self.token = trio.lowlevel.current_trio_token()
        self.loop = None
        self.key = id(self.token)
        self._scope: Any = None

    def closed(self) -> bool:
        return False  # a system task ends with the run, and closes what it served

    def watch(self, context: _native.Context) -> None:
        self._scope = self.trio.CancelScope()
        self.trio.lowlevel.spawn_system_task(self._serve, context, self._scope)

    async def _serve(self, context: _native.Context, scope: Any) -> None:
        fd = context.fileno()
        with scope:
            while not context.closed:
                await self.trio.lowlevel.wait_readable(fd)
                if not context.closed:
                    context._serve(False)

    def unwatch(self, fd: int) -> None:
        if self._scope is not None:
            self._scope.cancel()
            self.trio.lowlevel.notify_closing(fd)

    def report(self, exception: BaseException, what: Any = None) -> None:
        raise exception  # serve() raises it in the system task: trio ends the run with it

    async def wait(self, waiter: _native.Waiter) -> None:
        lowlevel = self.trio.lowlevel
        await lowlevel.checkpoint_if_cancelled()
        if waiter.done():
            return
        task = lowlevel.current_task()

        def wake(_: Any) -> None:
            lowlevel.reschedule(task)

        def abort(_: Any) -> Any:
            waiter.remove_done_callback(wake)
            waiter.cancel()
            return lowlevel.Abort.SUCCEEDED

        waiter.add_done_callback(wake)
        await lowlevel.wait_task_rescheduled(abort)

    def sleep(self, seconds: float) -> Awaitable[Any]:
        return self.trio.sleep(seconds)

    def spawn(self, group: "TrioGroup", f: Callable[..., Coroutine[Any, Any, None]], *args: Any) -> None:
        group.nursery.start_soon(f, *args)

    def group(self) -> "TrioGroup":
        return TrioGroup(self.trio)


class TrioGroup:
    def __init__(self, trio: Any) -> None:
        self.manager = trio.open_nursery()
        self.nursery: Any = None

    async def start(self) -> None:
        self.nursery = await self.manager.__aenter__()

    async def finish(self, failed: Optional[BaseException] = None) -> None:
        if failed is None:
            await self.manager.__aexit__(None, None, None)
        else:
            await self.manager.__aexit__(type(failed), failed, failed.__traceback__)


def current() -> Any:
    """The host of the task that runs now."""
    trio = sys.modules.get("trio")
    if trio is not None:
        try:
            trio.lowlevel.current_task()
        except RuntimeError:
            pass
        else:
            return TrioHost()
    return AsyncioHost(asyncio.get_running_loop())
