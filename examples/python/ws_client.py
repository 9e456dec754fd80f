#!/usr/bin/env python3
"""Have messages echoed by a WebSocket server, on asyncio.

    ws_client.py ws://HOST:PORT/PATH [COUNT]
"""
import asyncio
import sys

import golws


async def main(uri, count):
    async with golws.connect(uri, subprotocols=["echo"]) as ws:
        for i in range(count):
            message = f"message {i} from Python"
            await ws.send(message)
            echoed = await ws.recv()
            if echoed != message:
                raise SystemExit(f"sent {message!r}, got {echoed!r}")
    print(f"{count} of {count} messages came back as they were sent")


asyncio.run(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3))
