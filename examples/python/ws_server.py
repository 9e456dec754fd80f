#!/usr/bin/env python3
"""A WebSocket echo server on asyncio.

    ws_server.py [PORT]
"""
import asyncio
import sys

import golws


async def echo(ws):
    async for message in ws:
        await ws.send(message)


async def main(port):
    async with golws.serve(echo, "127.0.0.1", port, subprotocols=["echo"]):
        print(f"listening on port {port}", flush=True)
        await asyncio.Event().wait()


asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 7681))
