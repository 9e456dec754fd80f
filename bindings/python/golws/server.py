"""Serving."""
from __future__ import annotations

import errno
import inspect
import socket
from typing import Any, Awaitable, Callable, Dict, List, Mapping, Optional, Sequence, Set, Tuple, Union

from . import _runtime
from ._ffi import ffi, lib
from ._native import Protocol
from .connection import Connection
from .exceptions import ConnectionClosed
from .http import Headers, HeadersLike, Request, Response, begin_answer, send_body

__all__ = ["Mount", "Server", "ServerConnection", "serve", "unix_serve"]

Handler = Callable[["ServerConnection"], Awaitable[None]]
ProcessRequest = Callable[["ServerConnection", Request], Optional[Response]]


class Mount:
    """A directory that is served as files below a path."""

    def __init__(self, path: str, directory: str, *, index: str = "index.html", mimetypes: Optional[Mapping[str, str]] = None,
                 max_age: int = 0) -> None:
        self.path, self.directory, self.index, self.mimetypes, self.max_age = path, directory, index, dict(mimetypes or {}), max_age

    def has(self, path: str) -> bool:
        """Whether a request's path is below it."""
        own = self.path.rstrip("/")
        return path.split("?")[0] == own or path.startswith(own + "/")


class ServerConnection(Connection):
    """A connection of a server: an HTTP request at first, and what the handler gets once it is a WebSocket."""

    _server: "Server"
    _upgrading = False

    def respond(self, status: int, text: str = "", headers: HeadersLike = None) -> Response:
        """A text response, for process_request."""
        h = Headers(headers).raw_items()
        if not any(n.lower() == "content-type" for n, _ in h):
            h.append(("content-type", "text/plain; charset=utf-8"))
        return Response(status, h, text)

    def _event(self, reason: int, data: Any) -> Any:
        if reason == lib.LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
            return self._upgrade(data)
        if reason == lib.LWS_CALLBACK_HTTP:
            return self._plain()
        if reason == lib.LWS_CALLBACK_HTTP_WRITEABLE:
            return self._continue_answer()
        if reason == lib.LWS_CALLBACK_ESTABLISHED:
            self._established()
            return None
        if reason == lib.LWS_CALLBACK_ADD_HEADERS:
            return self._server.headers if self._upgrading else None  # other responses have the vhost's
        return super()._event(reason, data)

    def _ask(self) -> Optional[Response]:
        """What process_request answers; an exception of it is a 500, and goes to the loop."""
        self.request = Request.of(self)
        ask = self._server.process_request
        if ask is None:
            return None
        try:
            r = ask(self, self.request)
            if inspect.isawaitable(r):
                if inspect.iscoroutine(r):
                    r.close()
                raise TypeError("process_request is called within the handshake and cannot be a coroutine function")
            if r is not None and not isinstance(r, Response):
                raise TypeError("process_request answers a Response or None")
            return r
        except Exception as e:
            self._runtime.host.report(e, self)
            return self.respond(500, "Internal Server Error\n")

    def _upgrade(self, to: Optional[str]) -> int:
        if (to or "").lower() != "websocket":
            return 0
        if self._server.closing:
            return self._answer(self.respond(503, "closing\n"))
        origins = self._server.origins
        r = self._ask()
        if r is None and origins is not None and self.request is not None and self.request.headers.get("origin") not in origins:
            r = self.respond(403, "this origin is not allowed\n")
        self._upgrading = r is None
        return 0 if r is None else self._answer(r)

    def _plain(self) -> int:
        r = self._ask()
        if r is None and self.request is not None and any(m.has(self.request.path) for m in self._server.mounts):
            r = self.respond(404, "no such file\n")
        if r is None:
            r = Response(426, [("upgrade", "websocket"), ("content-type", "text/plain")], "this is a WebSocket server\n")
        return self._answer(r, False)

    def _answer(self, response: Response, upgrade: bool = True) -> int:
        head = self.request is not None and self.request.method == "HEAD"
        begin_answer(self, response)
        self._body = b"" if head else response.body
        self._body_sent = 0
        done = self._continue_answer()
        return done if done or not upgrade else 1

    def _continue_answer(self) -> int:
        self._body_sent = send_body(self, self._body, self._body_sent)
        if self._body_sent < len(self._body):
            self._wants = True
            self.callback_on_writable()
            return 0
        return -1 if lib.lws_http_transaction_completed(ffi.cast("struct lws *", self.handle)) else 0

    def _established(self) -> None:
        name = self.protocol_name
        if name in self._server.subprotocols and self.request is not None and name in [
                n.strip() for n in self.request.headers.get("sec-websocket-protocol", "").split(",")]:
            self.subprotocol = name
        server = self._server
        server.connections.add(self)
        self._runtime.host.spawn(server._group, server._handle, self)

    def _on_gone(self) -> None:
        self._server.connections.discard(self)
        super()._on_gone()


class Server:
    """What serve() gives."""

    def __init__(self, opts: "serve", runtime: Any) -> None:
        self._opts = opts
        self._runtime = runtime
        self._keep: List[Any] = []
        self._vhosts: List[Any] = []
        self._listening: List[Tuple[Optional[str], int]] = []
        self._group = runtime.host.group()
        self.handler = opts.handler
        self.process_request = opts.process_request
        self.origins = opts.origins
        self.mounts = opts.mounts
        self.headers = opts.headers.raw_items()
        self.subprotocols = opts.subprotocols
        self.connections: Set[ServerConnection] = set()
        self.closing = False
        self.closed = False
        #: (address, port) of each listening socket
        self.addresses: List[Tuple[str, int]] = []

    @property
    def port(self) -> int:
        """The port, where there is one for all addresses."""
        return self.addresses[0][1]

    def _make(self) -> ServerConnection:
        c = ServerConnection()
        c._set_up(self._runtime, self._opts.max_size, self._opts.max_queue, self._opts.close_timeout)
        c._server = self
        self._runtime.users += 1
        return c

    def _listen(self, host: Optional[str], port: int) -> None:
        o, keep = self._opts, self._keep
        where = (host, port)
        if port and o.sock is None and o.path is None and where in self._runtime.listening:
            raise OSError(errno.EADDRINUSE, f"port {port} is served on this loop already")  # the library would share it
        info = ffi.new("struct lws_context_creation_info *")
        protocol = Protocol()
        protocol._queued = True
        protocol.factory = self._make
        # the first is for requests that ask for none
        info.protocols = _runtime.protocols(keep, [("golws-default" if self.subprotocols else "golws", protocol)] + [(n, protocol) for n in self.subprotocols])
        info.port = port
        info.options = lib.LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND
        info.vhost_name = _runtime.text(keep, f"golws-{id(self):x}-{len(self._vhosts)}")
        if o.path is not None:
            info.iface = _runtime.text(keep, o.path)
            info.options |= lib.LWS_SERVER_OPTION_UNIX_SOCK
        elif host is not None:
            info.iface = _runtime.text(keep, host)
        if o.sock is not None:
            info.vh_listen_sockfd = o.sock.detach()
        if o.compression == "deflate":
            info.extensions = _runtime.DEFLATE
        info.retry_and_idle_policy = o.policy
        info.mounts = self._mounts()
        info.headers = self._pairs(o.headers.raw_items(), ":")
        if o.open_timeout is not None:
            info.timeout_secs_ah_idle = max(1, round(o.open_timeout))
        keep.append(info)
        vhost = self._runtime.vhost(info)
        self._vhosts.append(vhost)
        if o.path is None:
            got = lib.lws_get_vhost_listen_port(vhost)
            self.addresses.append((host or "", got))
            if o.sock is None:
                self._listening.append((host, got))
                self._runtime.listening.add((host, got))

    def _pairs(self, pairs: Sequence[Tuple[str, str]], suffix: str = "") -> Any:
        first: Any = ffi.NULL
        for name, value in reversed(pairs):
            p = ffi.new("struct lws_protocol_vhost_options *")
            p.next, p.name, p.value = first, _runtime.text(self._keep, name + suffix), _runtime.text(self._keep, value)
            self._keep.append(p)
            first = p
        return first

    def _mounts(self) -> Any:
        first: Any = ffi.NULL
        for m in reversed(self._opts.mounts):
            p = ffi.new("struct lws_http_mount *")
            p.mount_next = first
            p.mountpoint, p.mountpoint_len = _runtime.text(self._keep, m.path), len(m.path.encode())
            p.origin = _runtime.text(self._keep, str(m.directory))
            setattr(p, "def", _runtime.text(self._keep, m.index))
            p.origin_protocol = lib.LWSMPRO_FILE
            p.cache_max_age = m.max_age
            p.cache_reusable = 1 if m.max_age else 0
            p.extra_mimetypes = self._pairs(list(m.mimetypes.items()))
            self._keep.append(p)
            first = p
        return first

    async def _handle(self, ws: ServerConnection) -> None:
        try:
            await self.handler(ws)
        except ConnectionClosed:
            await ws.close()  # that the peer is gone is no error of a handler's
        except Exception as e:
            if self._runtime.host.direct:
                self._runtime.host.report(e, ws)
            await ws.close(1011)
            if not self._runtime.host.direct:
                raise  # trio brings it to who waits for the server
        except BaseException:
            if not ws._gone and ws.handle and not self._runtime.context.forked:
                ws.close_reason_(1001)
                ws.kill()
            raise
        else:
            await ws.close()

    def close(self) -> None:
        """Begins to close: connections are told 1001, new ones are refused."""
        if self.closing:
            return
        self.closing = True
        if self._runtime.context.forked:
            return  # the parent's
        for c in list(self.connections):
            c._close_with(1001, "")

    async def wait_closed(self) -> None:
        """Waits for the handlers, and frees the port."""
        await self._finish(None)

    async def _finish(self, failed: Optional[BaseException]) -> None:
        if self.closed:
            return
        self.close()
        if self._runtime.context.forked:
            self.closed = True
            return
        try:
            await self._group.finish(failed)
            for c in list(self.connections):
                await c.wait_closed()
        finally:
            if not self.closed:
                self.closed = True
                self._release()

    def _release(self) -> None:
        if self._runtime.context.forked:
            return
        for v in self._vhosts:
            lib.lws_vhost_destroy(v)
        self._vhosts.clear()
        self._runtime.listening.difference_update(self._listening)
        # inside a callback the vhosts live until it is over
        self._runtime.keep.extend(self._keep)
        self._runtime.release()

    async def serve_forever(self) -> None:
        """Waits for ever, that is until it is cancelled."""
        w = self._runtime.context._waiter()
        await self._runtime.host.wait(w)

    async def __aenter__(self) -> "Server":
        return self

    async def __aexit__(self, kind: Any, value: Any, trace: Any) -> None:
        await self._finish(value)


class serve:
    """Serves WebSockets: `async with serve(handler, host, port) as server`, or `server = await serve(…)`.

    handler: a coroutine function of a ServerConnection; when it returns the connection is closed with 1000, when it raises
    with 1011 and the exception goes to the loop's exception handler (trio: to who waits for the server).
    host: a name or address, None for all interfaces. port: 0 for any. path: of a unix socket, instead. sock: one that
    listens already, instead. process_request(connection, request): answers a Response to send that, None to go on; called
    for plain HTTP requests too, which get 426 otherwise. mounts: {path: directory} or Mounts, for files. extra_headers: for
    every HTTP response and handshake. origins: those that are allowed. The rest is as for connect().
    """

    def __init__(self, handler: Handler, host: Optional[str] = None, port: int = 0, *, path: Optional[str] = None,
                 sock: Optional[socket.socket] = None, process_request: Optional[ProcessRequest] = None,
                 subprotocols: Optional[Sequence[str]] = None, origins: Optional[Sequence[Optional[str]]] = None,
                 extra_headers: HeadersLike = None, mounts: Union[Mapping[str, str], Sequence[Mount], None] = None,
                 compression: Optional[str] = "deflate", max_size: Optional[int] = 1 << 20, max_queue: Optional[int] = 32,
                 open_timeout: Optional[float] = 10, close_timeout: Optional[float] = 10, ping_interval: Optional[float] = 20,
                 ping_timeout: Optional[float] = 20) -> None:
        if compression not in ("deflate", None):
            raise ValueError('compression is "deflate" or None')
        self.handler, self.host, self.port, self.path, self.sock = handler, host, port, path, sock
        self.process_request, self.subprotocols, self.origins = process_request, list(subprotocols or ()), origins
        self.headers = Headers(extra_headers)
        self.mounts = [Mount(p, d) for p, d in mounts.items()] if isinstance(mounts, Mapping) else list(mounts or ())
        self.compression, self.max_size, self.max_queue = compression, max_size, max_queue
        self.open_timeout, self.close_timeout = open_timeout, close_timeout
        self.policy = _runtime.policy(ping_interval, ping_timeout)
        self.server: Optional[Server] = None

    def _hosts(self) -> List[Optional[str]]:
        if self.host is None or self.path is not None or self.sock is not None:
            return [None]
        found = socket.getaddrinfo(self.host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        return list(dict.fromkeys(str(a[4][0]) for a in found))

    async def _start(self) -> Server:
        runtime = _runtime.acquire()
        server = Server(self, runtime)
        try:
            port = self.port
            for host in self._hosts():
                server._listen(host, port)
                if not port and server.addresses:
                    port = server.addresses[0][1]  # the same on all
            await server._group.start()
        except BaseException:
            server.closed = True
            server._release()
            raise
        return server

    def __await__(self) -> Any:
        return self._start().__await__()

    async def __aenter__(self) -> Server:
        self.server = await self._start()
        return self.server

    async def __aexit__(self, kind: Any, value: Any, trace: Any) -> None:
        if self.server is not None:
            await self.server._finish(value)


def unix_serve(handler: Handler, path: str, **kwargs: Any) -> serve:
    """The same on a unix socket; "@name" is an abstract one."""
    return serve(handler, path=path, **kwargs)
