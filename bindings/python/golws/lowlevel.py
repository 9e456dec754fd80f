"""libwebsockets' own shape in Python: contexts, vhosts, protocols, connections, and a callback for everything.

    def echo(wsi, data):                # data: a memoryview, lent until the function returns, not copied
        wsi.write(data)

    with Context() as context:
        context.vhost([Protocol("echo", receive=echo)], port=7681)
        context.run()

`golws.lib` and `golws.ffi` are the C interface itself; `handle` of each object here is its C pointer as a number, to be cast:
`golws.ffi.cast("struct lws *", wsi.handle)`.
"""
from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Callable, List, Mapping, Optional, Sequence, Union

from . import _native, _runtime
from ._ffi import ffi, lib
from .exceptions import ConnectFailed

__all__ = ["Context", "Protocol", "Vhost", "Wsi"]

if TYPE_CHECKING:
    def __getattr__(name: str) -> int:
        """CALLBACK_… and WRITE_…: LWS_CALLBACK_… and LWS_WRITE_… of the C interface."""

for _name in dir(lib):
    if _name.startswith("LWS_CALLBACK_") or _name.startswith("LWS_WRITE_"):
        globals()[_name[4:]] = getattr(lib, _name)
        __all__.append(_name[4:])

Callback = Callable[[Optional["Wsi"], int, Union[memoryview, str, None]], Any]
Receive = Callable[["Wsi", memoryview], Any]


class Wsi(_native.Wsi):
    """One connection. It is the same object in all its callbacks; attributes may be set on it."""

    @property
    def max_size(self) -> int:
        """Most bytes of a message that is put together; 0 for no limit."""
        return self._max_size

    @max_size.setter
    def max_size(self, n: int) -> None:
        self._max_size = n

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Closes a WebSocket when what was written has gone out."""
        self.close_reason_(code, reason)
        self._begin_close()


class Protocol(_native.Protocol):
    """A protocol of a vhost.

    callback(wsi, reason, data): for every event. data is a memoryview of what came, a str (a path, an error's text), or None.
    It answers None or a number as C callbacks do; for the two reasons that append headers, a list of (name, value).
    receive(wsi, data): if given, called instead for what a WebSocket receives.
    messages: receive gets whole messages, put together where they came in several pieces (see Wsi.max_size).
    A memoryview is good until the function returns, and raises ValueError after that.
    """

    def __new__(cls, name: str, callback: Optional[Callback] = None, **kwargs: Any) -> "Protocol":
        return super().__new__(cls)

    def __init__(self, name: str, callback: Optional[Callback] = None, *, receive: Optional[Receive] = None,
                 messages: bool = False, rx_buffer_size: int = _runtime.RX_BUFFER, wsi: Callable[[], Wsi] = Wsi) -> None:
        self.name = name
        self.callback = callback
        self.receive = receive
        self.factory = wsi
        self.whole = messages
        self.rx_buffer_size = rx_buffer_size


class Vhost:
    """One server, or one set of client settings. Made by Context.vhost()."""

    def __init__(self, context: "Context", handle: Any, keep: List[Any], protocols: Sequence[Protocol]) -> None:
        self.context = context
        self.protocols = list(protocols)
        self._vhost = handle
        self._keep = keep

    @property
    def handle(self) -> int:
        return _runtime.address(self._vhost)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        self.context.fileno()  # raises where the context is gone
        return lib.lws_get_vhost_listen_port(self._vhost)

    def connect(self, address: str, port: int, path: str = "/", *, protocol: Optional[str] = None, subprotocols: Sequence[str] = (),
                method: Optional[str] = None, host: Optional[str] = None, origin: Optional[str] = None, wsi: Optional[Wsi] = None) -> Wsi:
        """Begins to connect; the protocol's callback hears what becomes of it. method None: a WebSocket; "RAW": no HTTP."""
        keep: List[Any] = []
        info = ffi.new("struct lws_client_connect_info *")
        info.address, info.port, info.path = _runtime.text(keep, address), port, _runtime.text(keep, path)
        info.host = _runtime.text(keep, host or address)
        if origin:
            info.origin = _runtime.text(keep, origin)
        if method:
            info.method = _runtime.text(keep, method)
        if subprotocols:
            info.protocol = _runtime.text(keep, ", ".join(subprotocols))
        info.vhost, info.local_protocol_name = self._vhost, _runtime.text(keep, protocol or self.protocols[0].name)
        w = wsi or Wsi()
        if not self.context._connect(_runtime.address(info), w):
            raise ConnectFailed(_native.last_error() or "refused by a callback")
        return w

    def destroy(self) -> None:
        """Stops listening and closes the vhost's connections."""
        self.context.fileno()
        lib.lws_vhost_destroy(self._vhost)
        self.context._keep.append(self._keep)


class Context(_native.Context):
    """What is served together, on the thread that makes it. Ends with close() or `with`.

    An exception in a callback closes its connection and is raised by service() or run(), or goes to on_error(exception, wsi);
    on an asyncio loop to the loop's exception handler.
    """

    def __new__(cls, **settings: Any) -> "Context":
        return super().__new__(cls)

    def __init__(self, **settings: Any) -> None:
        """settings: members of struct lws_context_creation_info, numbers and str."""
        self._keep: List[Any] = []
        self._vhosts: List[Vhost] = []
        self._loop: Optional[asyncio.AbstractEventLoop] = None
        self._stopped = False
        info = ffi.new("struct lws_context_creation_info *")
        info.port = lib.CONTEXT_PORT_NO_LISTEN
        info.options = lib.LWS_SERVER_OPTION_EXPLICIT_VHOSTS
        self._set(info, settings)
        info.options |= lib.LWS_SERVER_OPTION_EXPLICIT_VHOSTS
        self._create(_runtime.address(info))

    def _set(self, info: Any, settings: Mapping[str, Any]) -> None:
        for name, value in settings.items():
            if not hasattr(info, name):
                raise TypeError(f"struct lws_context_creation_info has no member {name}")
            setattr(info, name, _runtime.text(self._keep, value) if isinstance(value, str) else value)

    def vhost(self, protocols: Sequence[Protocol], *, port: int = -1, iface: Optional[str] = None, deflate: bool = False,
              name: Optional[str] = None, **settings: Any) -> Vhost:
        """Makes a vhost. port: -1 not to listen, 0 for any. settings: further members of the creation info."""
        keep: List[Any] = []
        info = ffi.new("struct lws_context_creation_info *")
        info.port = port
        info.vhost_name = _runtime.text(keep, name or f"vhost-{len(self._vhosts)}")
        info.protocols = _runtime.protocols(keep, [(p.name, p) for p in protocols])
        info.options = lib.LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND
        if iface is not None:
            info.iface = _runtime.text(keep, iface)
        if deflate:
            info.extensions = _runtime.DEFLATE
        self._set(info, settings)
        self.fileno()
        handle = lib.lws_create_vhost(ffi.cast("struct lws_context *", self.handle), info)
        if not handle:
            raise OSError(_native.last_error() or "no vhost")
        v = Vhost(self, handle, keep, protocols)
        self._vhosts.append(v)
        return v

    def service(self, timeout: Optional[float] = None) -> bool:
        """Waits at most timeout seconds (None: as long as it takes, 0: not) for something to do, and does all of it. False when
        the context has ended."""
        if timeout != 0:
            self._wait(-1 if timeout is None else timeout)
        return self._serve(False)

    def run(self) -> None:
        """Serves until stop()."""
        self._stopped = False
        while not self._stopped and not self.closed and self.service():
            pass

    def stop(self) -> None:
        """Ends run(). Any thread."""
        self._stopped = True
        self.cancel_service()

    def attach_asyncio(self, loop: Optional[asyncio.AbstractEventLoop] = None) -> None:
        """From now on the loop serves it, until close(). Nothing is polled."""
        self._loop = loop or asyncio.get_running_loop()
        if self.on_error is None:
            self.on_error = self._to_loop
        self._loop.add_reader(self.fileno(), self._serve, False)

    def _to_loop(self, exception: BaseException, wsi: Optional[Wsi]) -> None:
        assert self._loop is not None
        self._loop.call_exception_handler({"message": "Exception in a golws callback", "exception": exception, "golws": wsi})

    async def serve_trio(self) -> None:
        """A trio task that serves it until it is cancelled or the context is closed."""
        import trio
        while not self.closed:
            await trio.lowlevel.wait_readable(self.fileno())
            self._serve(False)

    def close(self) -> None:
        """Closes every connection, with its callbacks, and frees all."""
        if self._loop is not None and not self._loop.is_closed() and not self.closed and not self.forked:
            self._loop.remove_reader(self.fileno())
        self._loop = None
        self._close()

    def __enter__(self) -> "Context":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()
