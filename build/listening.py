"""Programs that listen on a port, for as long as a with statement lasts."""
import socket
import subprocess
import time


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


class Listening:
    """A command that is to listen on 127.0.0.1:port. RuntimeError where it does not within twenty seconds."""

    def __init__(self, port, *command, **popen):
        self.port = port
        if listens(port):
            raise RuntimeError(f"another program listens on port {port}")
        self.process = subprocess.Popen([str(c) for c in command], **popen)
        end = time.monotonic() + 20
        while time.monotonic() < end:
            if listens(port):
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        status = self.end()
        raise RuntimeError(f"{' '.join(map(str, command))} does not listen; it ended with {status}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        """Tells it to end, and gives its status."""
        self.process.terminate()
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
