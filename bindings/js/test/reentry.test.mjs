// What a handler may do while the module is calling it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { WebSocket, createServer, serve } from "golws";

const echo = { websocket(ws) { ws.onmessage = (e) => ws.send(e.data); } };

async function first(f, options = echo) {
  const server = await serve({ hostname: "127.0.0.1", ...options });
  const ws = await new WebSocket(`ws://127.0.0.1:${server.port}/`).opened;
  ws.binaryType = "arraybuffer";
  const done = new Promise((resolve, reject) => { ws.onmessage = (e) => { Promise.resolve(f(ws, server, e)).then(resolve, reject); }; });
  ws.send("x");
  await done;
  const e = await ws.ended;
  await server.close();
  return e;
}

test("close in onmessage", async () => assert.equal((await first((ws) => ws.close(3000, "there"))).code, 3000));
test("terminate in onmessage", async () => assert.equal((await first((ws) => ws.terminate())).code, 1006));
test("the whole server is closed in a client's onmessage", async () => assert.equal((await first((_, server) => { server.close(); })).code, 1001));
test("the server is closed by a handler of its own", async () => {
  const server = await createServer({ websocket(ws) { ws.onmessage = () => { server.close(); }; } });
  const ws = await server.connect().opened;
  ws.send("x");
  assert.equal((await ws.ended).code, 1001);
  await server.close();
});
test("a connection is made, and a server, in onmessage", async () => {
  const e = await first(async (ws, server) => {
    const other = new WebSocket(`ws://127.0.0.1:${server.port}/`);
    const memory = await createServer(echo), third = memory.connect();
    await Promise.all([other.opened, third.opened]);
    third.send("third");
    assert.equal(await third.receive(), "third");
    other.close();
    await other.ended;
    await memory.close();
    ws.close();
  });
  assert.equal(e.code, 1005);
});
test("many messages from one handler, and a big one", async () => {
  const server = await createServer({ websocket(ws) { ws.onmessage = () => { for (let i = 0; i < 1000; i++) ws.send(`${i}`); ws.send(new Uint8Array(3 << 20)); ws.close(1000); } } });
  const ws = await server.connect().opened;
  ws.send("go");
  let n = 0, big = 0;
  for await (const m of ws) typeof m === "string" ? assert.equal(m, String(n++)) : (big += m.length);
  assert.deepEqual([n, big, (await ws.ended).code], [1000, 3 << 20, 1000]);
  await server.close();
});
