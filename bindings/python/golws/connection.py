"""A WebSocket connection, of either end."""
from __future__ import annotations

import os
import socket
import time
from typing import Any, AsyncIterable, AsyncIterator, Awaitable, Dict, Generator, Iterable, List, Optional, Tuple, Union

from . import _native
from ._ffi import ffi, lib
from .exceptions import ConnectionClosed, ConnectionClosedError, ConnectionClosedOK
from .http import Request, Response

__all__ = ["Connection", "Data", "Pong"]

Data = Union[str, bytes]
Sendable = Union[str, bytes, bytearray, memoryview]
SENDABLE = (str, bytes, bytearray, memoryview)

OK = (1000, 1001, 1005)
TEXT, BINARY, NO_FIN, PING, PONG = lib.LWS_WRITE_TEXT, lib.LWS_WRITE_BINARY, lib.LWS_WRITE_NO_FIN, lib.LWS_WRITE_PING, lib.LWS_WRITE_PONG


def valid_code(code: int) -> bool:
    return code in (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014) or 3000 <= code <= 4999


class Pong:
    """The answer to a ping: awaiting it gives the round trip's seconds."""

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._waiter = connection.context._waiter()
        self._sent = time.monotonic()
        self._latency: Optional[float] = None

    def __await__(self) -> Generator[Any, None, float]:
        if self._latency is None and not self._connection._ended:
            yield from self._connection._runtime.host.wait(self._waiter).__await__()
        if self._latency is None:
            raise self._connection._closed_exception()
        return self._latency


class Connection(_native.Wsi):
    """What connect() gives and a server's handler gets. Used on its loop's thread.

    It is an async iterator of messages: str for text, bytes for binary. The iteration ends when the connection
    was closed as it should be, and raises ConnectionClosedError otherwise.
    """

    #: the request of the handshake (server), or None
    request: Optional[Request]
    #: the response to it (client), or None
    response: Optional[Response]
    #: what was agreed on, or None
    subprotocol: Optional[str]

    def _set_up(self, runtime: Any, max_size: Optional[int], max_queue: Optional[int], close_timeout: Optional[float]) -> None:
        self._runtime = runtime
        self._direct = runtime.host.direct
        self._max_size = max_size or 0
        if max_queue is not None:
            self._high_count = max(1, max_queue)
        self._high_bytes = max(1 << 20, self._max_size)
        self._close_timeout = close_timeout
        self.request = None
        self.response = None
        self.subprotocol = None
        self._received: Optional[Tuple[int, str]] = None  # the peer's close frame
        self._sent: Optional[Tuple[int, str]] = None      # ours
        self._timed_out = False
        self._failure: Optional[BaseException] = None
        self._gone = False
        self._waiting_for_end: List[_native.Waiter] = []
        self._streaming: List[_native.Waiter] = []
        self._in_stream = False
        self._begun = False  # a part of a message has been sent, and not the last
        self._pings: Dict[bytes, Pong] = {}
        self._close_timer: Any = None
        self._addresses: Tuple[Any, Any] = (None, None)

    # ---- events, by _native ----

    def _failed(self, exception: BaseException) -> None:
        self._failure = self._failure or exception
        self._runtime.host.report(exception, self)

    def _event(self, reason: int, data: Any) -> Any:
        if reason == lib.LWS_CALLBACK_RECEIVE_PONG or reason == lib.LWS_CALLBACK_CLIENT_RECEIVE_PONG:
            self._pong(bytes(data))
        elif reason == lib.LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
            frame = bytes(data)
            self._received = (int.from_bytes(frame[:2], "big"), frame[2:].decode("utf-8", "replace")) if len(frame) >= 2 else (1005, "")
        elif reason == lib.LWS_CALLBACK_CLOSED or reason == lib.LWS_CALLBACK_CLIENT_CLOSED:
            self._on_closed()
        elif reason == lib.LWS_CALLBACK_WSI_DESTROY:
            self._on_gone()
        return None

    def _on_closed(self) -> None:
        if self._received is None and self._sent is not None and not self._timed_out and lib.lws_get_close_length(ffi.cast("struct lws *", self.handle)) >= 2:
            self._received = self._sent  # the answer to a close repeats it
        for p in self._pings.values():
            p._waiter.wake()
        self._pings.clear()
        for w in self._streaming:
            w.wake()

    def _on_gone(self) -> None:
        if self._gone:
            return
        self._gone = True
        if self._close_timer is not None:
            self._close_timer.cancel()
            self._close_timer = None
        self._ended = True
        for w in self._waiting_for_end:
            w.wake()
        self._waiting_for_end.clear()
        self._runtime.release()

    def _pong(self, payload: bytes) -> None:
        if payload in self._pings:  # it answers all pings up to that one (RFC 6455 §5.5.3)
            now = time.monotonic()
            for sent in list(self._pings):
                p = self._pings.pop(sent)
                p._latency = now - p._sent
                p._waiter.wake()
                if sent == payload:
                    break

    # ---- state ----

    @property
    def close_code(self) -> Optional[int]:
        """The code of the peer's close frame, 1005 where it had none, 1006 where none came; None while open."""
        if self._open or not self._ended:
            return None
        return self._received[0] if self._received else 1006

    @property
    def close_reason(self) -> Optional[str]:
        if self._open or not self._ended:
            return None
        return self._received[1] if self._received else ""

    @property
    def closed(self) -> bool:
        """Whether the connection is closed, or on the way to it."""
        return self._ended or self._closing or not self._open

    def _closed_exception(self) -> ConnectionClosed:
        sent = self._sent[0] if self._sent else None
        if self._failure is not None:
            e: ConnectionClosed = ConnectionClosedError(1011, f"{type(self._failure).__name__}: {self._failure}", sent)
            e.__cause__ = self._failure
            return e
        if self._received is not None:
            code, reason = self._received
        elif self._closing and not self._ended and self._sent:
            code, reason = self._sent  # its answer is awaited
        elif self._too_big:
            code, reason, sent = 1009, "message too big", 1009
        elif self._not_utf8:
            code, reason, sent = 1007, "not UTF-8", 1007
        else:
            code, reason = 1006, "the connection was lost"
        ok = code in OK and (sent is None or sent in OK)
        return (ConnectionClosedOK if ok else ConnectionClosedError)(code, reason, sent)

    def _end(self) -> None:
        if self.context is not None and self.context.forked:
            self.context.fileno()  # raises ContextForked
        raise self._closed_exception()

    def _resolve_addresses(self) -> None:
        if self._addresses[0] is None and self.handle:
            fd = lib.lws_get_socket_fd(ffi.cast("struct lws *", self.handle))
            if fd >= 0:
                with socket.socket(fileno=os.dup(fd)) as s:
                    try:
                        self._addresses = (s.getsockname(), s.getpeername())
                    except OSError:
                        pass  # the peer is gone already

    @property
    def local_address(self) -> Any:
        """As socket.getsockname(); None where it was not asked for while connected."""
        self._resolve_addresses()
        return self._addresses[0]

    @property
    def remote_address(self) -> Any:
        """As socket.getpeername(); None where it was not asked for while connected."""
        self._resolve_addresses()
        return self._addresses[1]

    # ---- receiving ----

    async def recv(self) -> Data:
        """The next message. Raises ConnectionClosedOK or ConnectionClosedError where none will come."""
        while True:
            message = self._take()
            if message is not None:
                return message
            w = self._reader()
            await (w if self._direct else self._runtime.host.wait(w))

    def __aiter__(self) -> AsyncIterator[Data]:
        return self

    async def __anext__(self) -> Data:
        try:
            while True:
                message = self._take()
                if message is not None:
                    return message
                w = self._reader()
                await (w if self._direct else self._runtime.host.wait(w))
        except ConnectionClosedOK:
            raise StopAsyncIteration from None

    # ---- sending ----

    async def send(self, message: Union[Sendable, Iterable[Sendable], AsyncIterable[Sendable]]) -> None:
        """Sends a message: str as text, bytes-like as binary, and an iterable of either as one message in parts.

        Returns when it is queued and the queue has room for more, which is how a fast sender is slowed down.
        """
        if not self._in_stream and isinstance(message, SENDABLE):
            sent = self._send(message)
            if sent:
                return
            await self._finish_send(message, sent)
        elif isinstance(message, SENDABLE):
            await self._stream_free()
            await self.send(message)
        elif hasattr(message, "__aiter__") or hasattr(message, "__iter__"):
            if isinstance(message, dict):
                raise TypeError("a dict is not a message")
            await self._send_parts(message)
        else:
            raise TypeError(f"a message is str, bytes-like, or an iterable of these, not {type(message).__name__}")

    async def _drain(self) -> None:
        while (w := self._drained()) is not None:
            await (w if self._direct else self._runtime.host.wait(w))

    async def _finish_send(self, message: Sendable, sent: Optional[bool]) -> None:
        await self._drain()
        while sent is None:  # it did not fit
            sent = self._send(message)
            await self._drain()

    async def _stream_free(self) -> None:
        while self._in_stream:
            w = self.context._waiter()
            self._streaming.append(w)
            await self._runtime.host.wait(w)
            if self._ended:
                raise self._closed_exception()

    async def _part(self, part: Any, first: bool, last: bool) -> None:
        while (sent := self._send_part(part, first, last)) is None:
            await self._drain()
        if sent is False:
            await self._drain()

    async def _send_parts(self, parts: Any) -> None:
        await self._stream_free()
        self._in_stream = True
        kind: Optional[type] = None
        try:
            if hasattr(parts, "__aiter__"):
                async for part in parts:
                    kind = self._kind(part, kind)
                    await self._part(part, not self._begun, False)
                    self._begun = True
            else:
                for part in parts:
                    kind = self._kind(part, kind)
                    await self._part(part, not self._begun, False)
                    self._begun = True
            if kind is not None:
                await self._part("" if kind is str else b"", False, True)
            self._begun = False
        except BaseException:
            if self._begun and not self.closed:
                # half a message cannot be taken back
                self._close_with(1011, "a message was not finished")
            raise
        finally:
            self._in_stream = False
            for w in self._streaming:
                w.wake()
            self._streaming.clear()

    @staticmethod
    def _kind(part: Any, kind: Optional[type]) -> type:
        if not isinstance(part, SENDABLE):
            raise TypeError(f"a part of a message is str or bytes-like, not {type(part).__name__}")
        this = str if isinstance(part, str) else bytes
        if kind is not None and this is not kind:
            raise TypeError("a message's parts are all str, or all bytes-like")
        return this

    async def ping(self, data: Union[str, bytes, None] = None) -> Pong:
        """Sends a ping. `await (await ws.ping())` waits for the pong, and gives the seconds that it took."""
        payload = os.urandom(4) if data is None else data.encode() if isinstance(data, str) else bytes(data)
        if len(payload) > 125:
            raise ValueError("a ping carries at most 125 bytes")
        if payload in self._pings:
            raise RuntimeError("a ping with this payload is under way")
        if self.closed:
            self._end()
        p = Pong(self)
        if not self.write(payload, PING):
            self._end()
        self._pings[payload] = p
        return p

    async def pong(self, data: Union[str, bytes] = b"") -> None:
        """Sends a pong that nobody asked for. Pings are answered without you."""
        payload = data.encode() if isinstance(data, str) else bytes(data)
        if len(payload) > 125:
            raise ValueError("a pong carries at most 125 bytes")
        if self.closed or not self.write(payload, PONG):
            self._end()

    # ---- closing ----

    def _close_with(self, code: int, reason: str) -> None:
        if self._closing or self._ended or not self._open:
            return
        self._sent = (code, reason)
        self.close_reason_(code, reason)
        self._begin_close()
        if self._close_timeout is not None:
            self._close_timer = self.context.call_later(self._close_timeout, self._give_up)

    def _give_up(self) -> None:
        self._close_timer = None
        self._timed_out = True
        if self.handle:
            self.kill()

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Closes the connection and waits until it is: until the peer has answered, or close_timeout is over.

        Messages that still arrive are kept, as many as the queue takes. Closing twice does no harm.
        """
        if not valid_code(code):
            raise ValueError(f"{code} is not a code for a close frame")
        if len(reason.encode()) > 123:
            raise ValueError("a close frame's reason has at most 123 bytes of UTF-8")
        if self._gone:
            return
        if self.context is not None and self.context.forked:
            self._gone = self._ended = True  # the parent's
            return
        self._close_with(code, reason)
        try:
            await self.wait_closed()
        except BaseException:
            if not self._gone and self.handle:
                self.kill()
            raise

    async def wait_closed(self) -> None:
        """Waits until the connection is closed and nothing is left of it."""
        if not self._gone:
            w = self.context._waiter()
            self._waiting_for_end.append(w)
            await self._runtime.host.wait(w)

    async def __aenter__(self) -> "Connection":
        return self

    async def __aexit__(self, kind: Any, value: Any, trace: Any) -> None:
        await self.close(1000 if kind is None or issubclass(kind, ConnectionClosed) else 1011)
