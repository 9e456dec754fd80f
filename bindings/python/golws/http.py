"""Requests, responses, headers; a small client."""
from __future__ import annotations

from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Tuple, Union
from urllib.parse import urlsplit

from . import _runtime
from ._native import Protocol, Wsi
from ._ffi import ffi, lib
from .exceptions import ConnectFailed, OpenTimeout

__all__ = ["Headers", "Request", "Response", "request"]

HeadersLike = Union["Headers", Mapping[str, str], Iterable[Tuple[str, str]], None]


class Headers(Mapping[str, str]):
    """Headers by name, in any case. A name that comes several times reads joined by ", "; get_all() has each."""

    def __init__(self, pairs: HeadersLike = None) -> None:
        if pairs is None:
            pairs = ()
        self._pairs: List[Tuple[str, str]] = [(str(n), str(v)) for n, v in (pairs.raw_items() if isinstance(pairs, Headers) else pairs.items() if isinstance(pairs, Mapping) else pairs)]

    def __getitem__(self, name: str) -> str:
        values = self.get_all(name)
        if not values:
            raise KeyError(name)
        return ("; " if name.lower() == "cookie" else ", ").join(values)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and bool(self.get_all(name))

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(n.lower() for n, _ in self._pairs))

    def __len__(self) -> int:
        return len({n.lower() for n, _ in self._pairs})

    def get_all(self, name: str) -> List[str]:
        name = name.lower()
        return [v for n, v in self._pairs if n.lower() == name]

    def raw_items(self) -> List[Tuple[str, str]]:
        return list(self._pairs)

    def __repr__(self) -> str:
        return f"Headers({self._pairs!r})"


class Request:
    """A request that came. path: with its query, as the peer sent it except for decoding."""

    def __init__(self, method: str, path: str, headers: Headers) -> None:
        self.method = method
        self.path = path
        self.headers = headers

    def __repr__(self) -> str:
        return f"Request({self.method} {self.path})"

    @classmethod
    def of(cls, wsi: Wsi) -> "Request":
        pairs = wsi.headers()
        special: Dict[str, List[str]] = {}
        for n, v in pairs:
            if n.startswith(":"):
                special.setdefault(n, []).append(v)
        path = special.get(":path", [""])[0]
        if ":query" in special:
            path += "?" + "&".join(special[":query"])
        return cls(special.get(":method", ["GET"])[0], path, Headers([p for p in pairs if not p[0].startswith(":")]))


class Response:
    """An answer: what process_request may give, and what request() gets."""

    def __init__(self, status: int, headers: HeadersLike = None, body: Union[bytes, str] = b"") -> None:
        self.status = status
        self.headers = headers if isinstance(headers, Headers) else Headers(headers)
        self.body = body.encode() if isinstance(body, str) else bytes(body)

    def text(self, encoding: str = "utf-8") -> str:
        return self.body.decode(encoding)

    def __repr__(self) -> str:
        return f"Response({self.status}, {len(self.body)} bytes)"


HEAD_ROOM = 16384
PIECE = 256 << 10


def begin_answer(wsi: Wsi, response: Response) -> None:
    """Sends a response's head. Raises ConnectionError where that fails."""
    buf = ffi.new("unsigned char[]", HEAD_ROOM)
    p = ffi.new("unsigned char **", buf)
    end = buf + HEAD_ROOM
    w = ffi.cast("struct lws *", wsi.handle)
    bad = lib.lws_add_http_header_status(w, response.status, p, end)
    for name, value in response.headers.raw_items():
        v = value.encode("utf-8", "surrogateescape")
        bad = bad or lib.lws_add_http_header_by_name(w, name.encode("ascii"), v, len(v), p, end)
    bad = bad or lib.lws_add_http_header_content_length(w, len(response.body), p, end)
    if bad:
        raise ValueError("a response's headers have bytes that may not be there, or are too long")
    if lib.lws_finalize_write_http_header(w, buf, p, end):
        raise ConnectionError("the response could not be sent")


def send_body(wsi: Wsi, body: bytes, sent: int) -> int:
    """Sends more of it, as much as has room. Returns what has been sent by now."""
    while sent < len(body) and not wsi.choked:
        piece = body[sent:sent + PIECE]
        sent += len(piece)
        if not wsi.write(piece, lib.LWS_WRITE_HTTP if sent < len(body) else lib.LWS_WRITE_HTTP_FINAL):
            raise ConnectionError("the response could not be sent")
    return sent


class _Exchange(Wsi):
    """One request of the client, from connecting to the last byte of the response."""

    def __init__(self, runtime: Any, headers: Headers, body: bytes, with_body: bool) -> None:
        self._runtime = runtime
        self._send_headers = headers
        self._body = body
        self._sent = 0
        self._with_body = with_body
        self._got: List[bytes] = []
        self._status = 0
        self._headers = Headers()
        self._complete = False
        self._error: Optional[BaseException] = None
        self._done = runtime.context._waiter()
        self._gone = False

    def _failed(self, exception: BaseException) -> None:
        self._error = self._error or exception

    def _event(self, reason: int, data: Any) -> Any:
        if reason == lib.LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
            self._got.append(bytes(data))
        elif reason == lib.LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
            pairs = self._send_headers.raw_items()
            if self._with_body:
                if "content-length" not in self._send_headers:
                    pairs.append(("content-length", str(len(self._body))))
                if self._body:
                    self._wants = True
                    lib.lws_client_http_body_pending(ffi.cast("struct lws *", self.handle), 1)
                    self.callback_on_writable()
            return pairs
        elif reason == lib.LWS_CALLBACK_CLIENT_HTTP_WRITEABLE:
            if self._sent < len(self._body):
                self._sent = send_body(self, self._body, self._sent)
                if self._sent < len(self._body):
                    self._wants = True
                    self.callback_on_writable()
                else:
                    lib.lws_client_http_body_pending(ffi.cast("struct lws *", self.handle), 0)
        elif reason == lib.LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
            self._status = self.http_status
            self._headers = Headers([h for h in self.headers() if not h[0].startswith(":")])
        elif reason == lib.LWS_CALLBACK_COMPLETED_CLIENT_HTTP:
            self._complete = True
            return -1
        elif reason == lib.LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
            self._failed(ConnectFailed(data or "the connection could not be made"))
        elif reason == lib.LWS_CALLBACK_WSI_DESTROY:
            self._end_it()
        return None

    def _end_it(self) -> None:
        if not self._gone:
            self._gone = True
            self._runtime.release()
            self._done.wake()


_protocol = Protocol()
_protocol._queued = True


def target(uri: str, schemes: Tuple[str, ...]) -> Tuple[str, int, str, str]:
    """(address, port, path, Host header) of a URI."""
    u = urlsplit(uri)
    if u.scheme in ("wss", "https"):
        raise ValueError(f"{u.scheme}: there is no TLS yet")
    if u.scheme not in schemes or not u.hostname:
        raise ValueError(f"{uri!r} is not a URI with one of the schemes {', '.join(schemes)}")
    path = (u.path or "/") + ("?" + u.query if u.query else "")
    host = f"[{u.hostname}]" if ":" in u.hostname else u.hostname
    return u.hostname, u.port or 80, path, host


async def request(method: str, url: str, *, headers: HeadersLike = None, body: Union[bytes, str, None] = None,
                  timeout: Optional[float] = 30) -> Response:
    """Makes one HTTP request, on a connection of its own. Redirects are not followed.

    Raises ConnectFailed where no response came, OpenTimeout where it took longer than timeout seconds.
    """
    address, port, path, host = target(url, ("http",))
    runtime = _runtime.acquire()
    try:
        vhost = runtime.client_vhost(False, client_protocol())
        data = body.encode() if isinstance(body, str) else bytes(body or b"")
        x = _Exchange(runtime, Headers(headers), data, body is not None or method.upper() in ("POST", "PUT", "PATCH"))
        info = ffi.new("struct lws_client_connect_info *")
        keep: List[Any] = []
        info.address, info.port, info.path, info.host = _runtime.text(keep, address), port, _runtime.text(keep, path), _runtime.text(keep, host)
        info.method, info.vhost, info.local_protocol_name = _runtime.text(keep, method.upper()), vhost, _runtime.text(keep, "golws")
        started = runtime.context._connect(_runtime.address(info), x)
    except BaseException:
        runtime.release()
        raise
    if not started:
        x._end_it()
        from ._native import last_error
        raise x._error or ConnectFailed(last_error())

    def expired() -> None:
        x._failed(OpenTimeout(f"no whole response after {timeout} s"))
        x.kill()

    timer = runtime.context.call_later(timeout, expired) if timeout is not None else None
    try:
        await runtime.host.wait(x._done)
    except BaseException:
        if not x._gone:
            x.kill()
        raise
    finally:
        if timer is not None and not runtime.context.closed:
            timer.cancel()
    if x._error is not None:
        raise x._error
    if not x._complete and not x._status:
        raise ConnectFailed("the connection closed before the response came")
    if not x._complete:
        raise ConnectFailed("the connection closed before the response was whole")
    return Response(x._status, x._headers, b"".join(x._got))


def client_protocol() -> Protocol:
    return _protocol
