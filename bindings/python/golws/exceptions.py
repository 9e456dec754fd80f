"""What can go wrong. All are ConnectionError, so that one except clause of the standard library catches them."""
from __future__ import annotations

from typing import TYPE_CHECKING, Optional

if TYPE_CHECKING:
    from .http import Response

__all__ = ["GolwsError", "ConnectFailed", "OpenTimeout", "InvalidStatus", "ConnectionClosed", "ConnectionClosedOK", "ConnectionClosedError", "ContextForked"]


class GolwsError(ConnectionError):
    """The base of the others."""


class ConnectFailed(GolwsError):
    """A connection could not be made. The text says which step failed and why."""


class OpenTimeout(ConnectFailed, TimeoutError):
    """It took longer than open_timeout."""


class InvalidStatus(ConnectFailed):
    """The server answered the handshake with something else than 101."""

    def __init__(self, response: "Response", text: str = "") -> None:
        super().__init__(text or f"the server answered {response.status}")
        self.response = response

    @property
    def status(self) -> int:
        return self.response.status


class ConnectionClosed(GolwsError):
    """The connection is closed.

    code, reason: what the peer's close frame said; 1005 where it said nothing, 1006 where there was none.
    sent: the code that this end sent, or None.
    """

    def __init__(self, code: int, reason: str = "", sent: Optional[int] = None) -> None:
        super().__init__(f"closed with {code}" + (f": {reason}" if reason else ""))
        self.code = code
        self.reason = reason
        self.sent = sent


class ConnectionClosedOK(ConnectionClosed):
    """Closed as it should be: 1000, 1001, or a close frame without a code."""


class ConnectionClosedError(ConnectionClosed):
    """Closed with an error, or without a close frame."""


class ContextForked(GolwsError, RuntimeError):
    """This process was forked from one in which golws had connections. Only a process that was forked before the first, or
    started anew (multiprocessing's "spawn"), can have its own."""
