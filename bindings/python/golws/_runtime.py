"""One context for each loop: made when it is first needed, gone with the last that used it."""
from __future__ import annotations

import threading
from typing import Any, Dict, List, Optional, Set, Tuple

from . import _host, _native
from ._ffi import ffi, lib

_of: Dict[Tuple[int, int], "Runtime"] = {}

DEFLATE = ffi.new("struct lws_extension[2]")
_names = [ffi.new("char[]", b"permessage-deflate"), ffi.new("char[]", b"permessage-deflate; client_max_window_bits")]
DEFLATE[0].name, DEFLATE[0].client_offer = _names
DEFLATE[0].callback = ffi.addressof(lib, "lws_extension_callback_pm_deflate")

CALLBACK = ffi.cast("lws_callback_function *", _native.CALLBACK)
RX_BUFFER = 128 << 10  # most bytes of a message in one piece


def address(cdata: Any) -> int:
    return int(ffi.cast("uintptr_t", cdata))


def text(keep: List[Any], s: str) -> Any:
    keep.append(ffi.new("char[]", s.encode("utf-8")))
    return keep[-1]


def protocols(keep: List[Any], entries: List[Tuple[str, _native.Protocol]]) -> Any:
    """A struct lws_protocols array; what it refers to goes to keep."""
    table = ffi.new("struct lws_protocols[]", len(entries) + 1)
    for row, (name, protocol) in zip(table, entries):
        row.name = text(keep, name)
        row.callback = CALLBACK
        row.rx_buffer_size = getattr(protocol, "rx_buffer_size", RX_BUFFER)
        row.user = ffi.cast("void *", id(protocol))
        keep.append(protocol)
    keep.append(table)
    return table


def policy(interval: Optional[float], timeout: Optional[float]) -> Any:
    """When an idle peer is pinged, and when it is given up: a lws_retry_bo_t, to be kept."""
    p = ffi.new("lws_retry_bo_t *")
    if interval:
        p.secs_since_valid_ping = min(0xffff, max(1, round(interval)))
        if timeout:
            p.secs_since_valid_hangup = min(0xffff, p.secs_since_valid_ping + max(1, round(timeout)))
    return p


class Context(_native.Context):
    """The context of a loop."""


class Runtime:
    def __init__(self, host: Any) -> None:
        self.host = host
        self.users = 0
        self.keep: List[Any] = []
        self.clients: Dict[bool, Any] = {}
        self.listening: Set[Tuple[Optional[str], int]] = set()
        self.key = (threading.get_ident(), host.key)
        context = self.context = Context()
        info = ffi.new("struct lws_context_creation_info *")
        info.port = lib.CONTEXT_PORT_NO_LISTEN
        info.options = lib.LWS_SERVER_OPTION_EXPLICIT_VHOSTS
        context.loop = host.loop
        context.on_error = self.failed
        context._create(address(info))
        try:
            self.fd = context.fileno()
            host.watch(context)
        except BaseException:
            context._close()
            raise
        _of[self.key] = self

    def failed(self, exception: BaseException, wsi: Any) -> None:
        f = getattr(wsi, "_failed", None)
        if f is not None:
            f(exception)
        else:
            self.host.report(exception, wsi)

    def release(self) -> None:
        """The last one to call it ends the context."""
        self.users -= 1
        if self.users == 0:
            self.end()

    def end(self) -> None:
        if _of.get(self.key) is self:
            del _of[self.key]
        if not self.context.forked:
            self.host.unwatch(self.fd)
        self.context._close()
        self.keep.clear()

    def vhost(self, info: Any) -> Any:
        """lws_create_vhost(), with the library's reason where it fails."""
        vhost = lib.lws_create_vhost(ffi.cast("struct lws_context *", self.context.handle), info)
        if not vhost:
            raise OSError(_native.last_error() or "no vhost")
        return vhost

    def client_vhost(self, deflate: bool, protocol: _native.Protocol) -> Any:
        if deflate not in self.clients:
            info = ffi.new("struct lws_context_creation_info *")
            info.port = lib.CONTEXT_PORT_NO_LISTEN
            info.vhost_name = text(self.keep, "client-deflate" if deflate else "client")
            info.protocols = protocols(self.keep, [("golws", protocol)])
            if deflate:
                info.extensions = DEFLATE
            self.clients[deflate] = self.vhost(info)
        return self.clients[deflate]


def acquire() -> Runtime:
    """The runtime of the loop that runs now. Release it once."""
    _native.check_fork()
    host = _host.current()
    for r in [r for r in _of.values() if r.key[0] == threading.get_ident() and r.host.closed()]:
        r.end()  # its loop was closed over open connections
    found = _of.get((threading.get_ident(), host.key))
    r = Runtime(host) if found is None or found.context.closed else found
    r.users += 1
    return r
