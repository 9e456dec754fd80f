"""WebSockets and HTTP on your event loop."""
from importlib import metadata as _metadata

from . import _native, exceptions, lowlevel
from ._ffi import ffi, lib
from .client import ClientConnection, Retry, connect, unix_connect
from .connection import Connection, Data, Pong
from .exceptions import *  # noqa: F401,F403
from .http import Headers, Request, Response, request
from .server import Mount, Server, ServerConnection, serve, unix_serve

_native._use_exceptions(exceptions.ContextForked, exceptions.ConnectionClosedError)
__version__ = _metadata.version("golws")
