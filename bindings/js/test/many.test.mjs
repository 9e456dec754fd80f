import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { WebSocket as Peer } from "ws";
import { WebSocket, createInstance, createServer, serve } from "golws";

test("a hundred clients at once, over sockets", async () => {
  const s = await serve({ hostname: "127.0.0.1", async websocket(ws) { for await (const m of ws) ws.send(m); } });
  await Promise.all(Array.from({ length: 100 }, async (_, i) => {
    const ws = await new WebSocket(`ws://127.0.0.1:${s.port}/${i}`).opened;
    for (let k = 0; k < 20; k++) {
      ws.send(`${i} ${k}`);
      assert.equal(await ws.receive(), `${i} ${k}`);
    }
    ws.close();
    assert.ok((await ws.ended).wasClean);
  }));
  assert.equal(s.connections.size, 0);
  await s.close();
});

test("connections opened and closed leave no memory behind", { timeout: 120000 }, async () => {
  const instance = await createInstance();
  const server = await createServer({ instance, async websocket(ws) { for await (const m of ws) ws.send(m); } });
  const round = async (n) => {
    for (let i = 0; i < n; i += 20) {
      await Promise.all(Array.from({ length: 20 }, async () => {
        const ws = await server.connect().opened;
        ws.send("x");
        await ws.receive();
        ws.close();
        await ws.ended;
      }));
    }
    return instance.bytes().length;
  };
  const first = await round(2000);
  const last = await round(4000);
  // one page, memory's unit, is no leak: it would be 16 bytes of each connection
  assert.ok(last - first <= 65536, `${first} bytes of memory after 2,000 connections, ${last} after 6,000`);
  await server.close();
});

test("the server goes away: 1001, and nothing new is taken", async () => {
  const s = await serve({ hostname: "127.0.0.1", websocket() {} });
  const ws = new Peer(`ws://127.0.0.1:${s.port}/`);
  await once(ws, "open");
  const closed = once(ws, "close");
  await s.close();
  assert.equal((await closed)[0], 1001);
  await assert.rejects(new WebSocket(`ws://127.0.0.1:${s.port}/`).opened);
});

test("a peer that does not read makes for await's sender wait, over sockets", async () => {
  let sent = 0;
  const part = new Uint8Array(1 << 18);
  const s = await serve({
    hostname: "127.0.0.1", perMessageDeflate: false,
    async websocket(ws) {
      for (; sent < 400; sent++) {
        ws.send(part);
        await ws.drain();
      }
      ws.close();
    },
  });
  const ws = new Peer(`ws://127.0.0.1:${s.port}/`, { perMessageDeflate: false });
  await once(ws, "open");
  ws.pause();
  for (let last = -1; last !== sent;) {
    last = sent;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.ok(sent < 200, `${sent} of 400 messages were taken though nobody reads`);
  let got = 0;
  ws.on("message", () => got++);
  ws.resume();
  await once(ws, "close");
  assert.equal(got, 400);
  await s.close();
});
