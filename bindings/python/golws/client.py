"""Connecting to a server."""
from __future__ import annotations

from typing import Any, AsyncIterator, Generator, List, Optional, Sequence

from . import _runtime
from ._ffi import ffi, lib
from ._native import last_error
from .connection import Connection
from .exceptions import ConnectFailed, InvalidStatus, OpenTimeout
from .http import Headers, HeadersLike, Response, client_protocol, target

__all__ = ["ClientConnection", "Retry", "connect", "unix_connect"]


class Retry:
    """When `async for ws in connect(...)` tries again.

    delays: seconds before the 1st, 2nd … retry, the last for all that follow. attempts: how many retries before the
    failure is raised, None for no end. jitter: a random extra, at most this part of the delay.
    """

    def __init__(self, delays: Sequence[float] = (0.1, 0.5, 1, 2, 5, 10, 30, 60), attempts: Optional[int] = None, jitter: float = 0.3) -> None:
        if not delays:
            raise ValueError("at least one delay")
        self._table = ffi.new("uint32_t[]", [max(0, round(d * 1000)) for d in delays])
        p = self._policy = ffi.new("lws_retry_bo_t *")
        p.retry_ms_table, p.retry_ms_table_count = self._table, len(delays)
        p.conceal_count = lib.LWS_RETRY_CONCEAL_ALWAYS if attempts is None else attempts
        p.jitter_percent = max(1, min(255, round(jitter * 100)))

    def delays(self) -> Generator[float, None, None]:
        """The seconds to wait before each retry; ends where the failure is to be raised."""
        tries, conceal = ffi.new("uint16_t *"), ffi.new("char *")
        while True:
            ms = lib.lws_retry_get_delay_ms(ffi.NULL, self._policy, tries, conceal)
            if conceal[0] == b"\0":
                return
            yield ms / 1000


class ClientConnection(Connection):
    """A connection that connect() has made."""

    def _begin(self, runtime: Any, opts: "connect") -> None:
        self._set_up(runtime, opts.max_size, opts.max_queue, opts.close_timeout)
        self._opts = opts
        self._opened = runtime.context._waiter()
        self._error: Optional[BaseException] = None

    def _event(self, reason: int, data: Any) -> Any:
        if reason == lib.LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
            return self._opts.headers.raw_items()
        if reason == lib.LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP or reason == lib.LWS_CALLBACK_CLIENT_FILTER_PRE_ESTABLISH:
            self.response = Response(self.http_status, Headers([h for h in self.headers() if not h[0].startswith(":")]))
        elif reason == lib.LWS_CALLBACK_CLIENT_ESTABLISHED:
            if self.response is not None and "sec-websocket-protocol" in self.response.headers:
                self.subprotocol = self.response.headers["sec-websocket-protocol"]
            self._opened.wake()
        elif reason == lib.LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
            self._refused(data or "the connection could not be made")
        else:
            return super()._event(reason, data)
        return None

    def _refused(self, text: str) -> None:
        if self._error is not None:
            return
        status = self.http_status
        if status and status != 101:
            self._error = InvalidStatus(self.response or Response(status), text)
        else:
            self._error = ConnectFailed(text)

    def _failed(self, exception: BaseException) -> None:
        if self._opened.done():
            super()._failed(exception)
        else:
            self._error = self._error or exception

    def _on_gone(self) -> None:
        super()._on_gone()
        self._opened.wake()

    def _expired(self) -> None:
        if not self._opened.done():
            self._error = self._error or OpenTimeout(f"not open after {self._opts.open_timeout} s")
            self.kill()

    async def _open_it(self) -> None:
        runtime, opts = self._runtime, self._opts
        timer = runtime.context.call_later(opts.open_timeout, self._expired) if opts.open_timeout is not None else None
        try:
            await runtime.host.wait(self._opened)
        except BaseException:
            if not self._gone:
                self.kill()
            raise
        finally:
            if timer is not None and not runtime.context.closed:
                timer.cancel()
        if self._error is not None:
            if not self._gone:
                await self.wait_closed()
            error, self._error = self._error, None
            raise error


class connect:
    """Connects to a WebSocket server: `async with connect(uri) as ws`, `ws = await connect(uri)`, or `async for ws in
    connect(uri)`, which connects again whenever the body ends, after a failure when the retry policy says.

    subprotocols: names to offer. additional_headers (or extra_headers): for the request. compression: "deflate" or None.
    max_size: most bytes of a message, None for no limit. max_queue: messages kept before receiving stops.
    open_timeout, close_timeout: seconds, None for no limit. ping_interval: seconds of silence before a ping, ping_timeout:
    seconds after it before the connection is given up; None for never; whole seconds count.

    Raises ConnectFailed, OpenTimeout or InvalidStatus.
    """

    def __init__(self, uri: str, *, subprotocols: Optional[Sequence[str]] = None, additional_headers: HeadersLike = None,
                 extra_headers: HeadersLike = None, origin: Optional[str] = None, compression: Optional[str] = "deflate",
                 max_size: Optional[int] = 1 << 20, max_queue: Optional[int] = 32, open_timeout: Optional[float] = 10,
                 close_timeout: Optional[float] = 10, ping_interval: Optional[float] = 20, ping_timeout: Optional[float] = 20,
                 user_agent_header: Optional[str] = None, retry: Optional[Retry] = None, path: Optional[str] = None) -> None:
        if compression not in ("deflate", None):
            raise ValueError('compression is "deflate" or None')
        self.address, self.port, self.path, self.host = target(uri, ("ws",))
        if path is not None:
            self.address, self.port = "+" + path, 0
        self.uri = uri
        self.subprotocols = list(subprotocols or ())
        self.headers = Headers(Headers(additional_headers).raw_items() + Headers(extra_headers).raw_items()
                               + ([("user-agent", user_agent_header)] if user_agent_header else []))
        self.origin, self.compression = origin, compression
        self.max_size, self.max_queue, self.open_timeout, self.close_timeout = max_size, max_queue, open_timeout, close_timeout
        self.policy = _runtime.policy(ping_interval, ping_timeout)
        self.retry = retry or Retry()
        self.connection: Optional[ClientConnection] = None

    async def _connect(self) -> ClientConnection:
        runtime = _runtime.acquire()
        try:
            ws = ClientConnection()
            ws._begin(runtime, self)
            vhost = runtime.client_vhost(self.compression == "deflate", client_protocol())
            keep: List[Any] = []
            info = ffi.new("struct lws_client_connect_info *")
            info.address, info.port, info.path = _runtime.text(keep, self.address), self.port, _runtime.text(keep, self.path)
            host = self.host if self.port in (0, 80) else f"{self.host}:{self.port}"
            info.host = _runtime.text(keep, host)
            if self.origin:
                info.origin = _runtime.text(keep, self.origin)
            if self.subprotocols:
                info.protocol = _runtime.text(keep, ", ".join(self.subprotocols))
            info.vhost, info.local_protocol_name = vhost, _runtime.text(keep, "golws")
            info.retry_and_idle_policy = self.policy  # kept by ws._opts
            started = runtime.context._connect(_runtime.address(info), ws)
        except BaseException:
            runtime.release()
            raise
        if not started:
            if not ws._gone:
                ws._on_gone()
            raise ws._error or ConnectFailed(last_error() or "the arguments cannot be used")
        await ws._open_it()
        return ws

    def __await__(self) -> Generator[Any, None, ClientConnection]:
        return self._connect().__await__()

    async def __aenter__(self) -> ClientConnection:
        self.connection = await self._connect()
        return self.connection

    async def __aexit__(self, kind: Any, value: Any, trace: Any) -> None:
        ws, self.connection = self.connection, None
        if ws is not None:
            await ws.__aexit__(kind, value, trace)

    async def __aiter__(self) -> AsyncIterator[ClientConnection]:
        from . import _host
        delays = self.retry.delays()
        while True:
            try:
                ws = await self._connect()
            except ConnectFailed as e:
                if isinstance(e, InvalidStatus) and e.status < 500 and e.status not in (408, 425, 429):
                    raise  # it will not change by itself
                delay = next(delays, None)
                if delay is None:
                    raise
                await _host.current().sleep(delay)
                continue
            delays = self.retry.delays()
            try:
                yield ws
            finally:
                await ws.close()


def unix_connect(path: str, uri: str = "ws://localhost/", **kwargs: Any) -> connect:
    """The same by the unix socket at path; "@name" is an abstract one."""
    return connect(uri, path=path, **kwargs)
