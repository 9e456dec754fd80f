// Against the ws package, both ways.
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { WebSocket as Peer, WebSocketServer } from "ws";
import { WebSocket, init, serve } from "golws";

const SIZES = [0, 1, 125, 126, 65535, 65536, 300000, 3000000];
let theirs, ours;

before(async () => {
  await init();
  theirs = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: true, maxPayload: 1 << 28, handleProtocols: (set) => (set.has("echo") ? "echo" : false) });
  theirs.on("connection", (ws, request) => {
    if (request.url === "/head") ws.send(JSON.stringify(request.headers));
    if (request.url === "/close") ws.close(3456, "because");
    if (request.url === "/drop") ws.terminate();
    if (request.url === "/fragments") {
      ws.send("one ", { fin: false });
      ws.send("two ", { fin: false });
      ws.ping("between");
      ws.send("three", { fin: true });
    }
    ws.on("message", (m, binary) => ws.send(m, { binary }));
  });
  await once(theirs, "listening");
  ours = await serve({ hostname: "127.0.0.1", protocols: ["echo"], async websocket(ws) { for await (const m of ws) ws.send(m); } });
});

after(async () => {
  theirs.close();
  for (const c of theirs.clients) c.terminate();
  await ours.close();
});

const at = (path = "/") => `ws://127.0.0.1:${theirs.address().port}${path}`;

for (const perMessageDeflate of [false, true]) {
  test(`our client, the ws package's server${perMessageDeflate ? ", deflate" : ""}`, async () => {
    const ws = new WebSocket(at(), "echo", { perMessageDeflate });
    await ws.opened;
    assert.equal(ws.protocol, "echo");
    assert.equal(ws.extensions.includes("permessage-deflate"), perMessageDeflate);
    const sent = SIZES.flatMap((n) => ["ü".repeat(n / 2), Uint8Array.from({ length: n }, (_, i) => (i * 7) & 255)]);
    const got = [];
    const reading = (async () => {
      for await (const m of ws) if (got.push(m) === sent.length) break;
    })();
    for (const m of sent) {
      ws.send(m);
      await ws.drain();
    }
    await reading;
    sent.forEach((m, i) => assert.ok(typeof m === "string" ? m === got[i] : Buffer.compare(m, got[i]) === 0, `message ${i} of ${m.length}`));
    const e = await ws.ended;
    assert.deepEqual([e.code, e.wasClean], [1000, true]);
  });

  test(`the ws package's client, our server${perMessageDeflate ? ", deflate" : ""}`, async () => {
    const ws = new Peer(`ws://127.0.0.1:${ours.port}/`, "echo", { perMessageDeflate });
    await once(ws, "open");
    assert.equal(ws.protocol, "echo");
    assert.equal(ws.extensions.includes("permessage-deflate"), perMessageDeflate);
    for (const n of SIZES) {
      for (const [m, binary] of [["ü".repeat(n / 2), false], [Buffer.from(Uint8Array.from({ length: n }, (_, i) => (i * 7) & 255)), true]]) {
        ws.send(m);
        const [got, isBinary] = await once(ws, "message");
        assert.equal(isBinary, binary);
        assert.ok(Buffer.compare(Buffer.from(m), got) === 0, `${n} bytes`);
      }
    }
    ws.close(3001, "enough");
    const [code, reason] = await once(ws, "close");
    assert.deepEqual([code, reason.toString()], [3001, "enough"]);
  });
}

test("fragments with a ping between are one message", async () => {
  const ws = new WebSocket(at("/fragments"));
  for await (const m of ws) {
    assert.equal(m, "one two three");
    break;
  }
});

test("headers and origin of the handshake", async () => {
  const ws = new WebSocket(at("/head"), [], { headers: { "X-Test": "yes", Cookie: "a=b" }, origin: "http://here.test" });
  ws.binaryType = "arraybuffer";
  const { data } = await new Promise((resolve, reject) => { ws.onmessage = resolve; ws.onerror = reject; });
  const h = JSON.parse(data);
  assert.equal(h["x-test"], "yes");
  assert.equal(h.cookie, "a=b");
  assert.equal(h.origin, "http://here.test");
  assert.equal(h.host, `127.0.0.1:${theirs.address().port}`);
  ws.close();
  const e = await ws.ended;
  assert.deepEqual([e.code, e.wasClean], [1005, true]);
});

test("the peer closes, and why", async () => {
  const ws = new WebSocket(at("/close"));
  const e = await ws.ended;
  assert.deepEqual([e.code, e.reason, e.wasClean], [3456, "because", true]);
});

test("the peer vanishes", async () => {
  const ws = new WebSocket(at("/drop"));
  const errors = [];
  ws.onerror = (e) => errors.push(e.type);
  const e = await ws.ended;
  assert.deepEqual([e.code, e.wasClean, errors], [1006, false, ["error"]]);
});

test("no server there", async () => {
  const ws = new WebSocket("ws://127.0.0.1:1/");
  await assert.rejects(ws.opened, /./);
  assert.equal((await ws.ended).code, 1006);
  assert.equal(ws.readyState, WebSocket.CLOSED);
});

test("a server that is no WebSocket's", async () => {
  const http = await serve({ hostname: "127.0.0.1", fetch: () => new Response("page") });
  const ws = new WebSocket(`ws://127.0.0.1:${http.port}/`);
  await assert.rejects(ws.opened, /./);
  assert.equal((await ws.ended).code, 1006);
  await http.close();
});

test("closing before it is open", async () => {
  const ws = new WebSocket(at());
  ws.close();
  assert.equal(ws.readyState, WebSocket.CLOSING);
  assert.equal((await ws.ended).code, 1006);
});

test("text that is not UTF-8 closes with 1007", async () => {
  const ws = new Peer(`ws://127.0.0.1:${ours.port}/`);
  await once(ws, "open");
  ws.send(Buffer.from([0xc3, 0x28]), { binary: false });
  const [code] = await once(ws, "close");
  assert.equal(code, 1007);
});

test("a handler that throws closes with 1011, and says so", async () => {
  const errors = [];
  const s = await serve({ hostname: "127.0.0.1", onError: (e) => errors.push(e.message), async websocket(ws) { for await (const m of ws) throw new Error(`no ${m}`); } });
  const ws = new Peer(`ws://127.0.0.1:${s.port}/`);
  await once(ws, "open");
  ws.send("spam");
  const [code] = await once(ws, "close");
  assert.equal(code, 1011);
  assert.deepEqual(errors, ["no spam"]);
  await s.close();
});

test("accept refuses with a status", async () => {
  const s = await serve({ hostname: "127.0.0.1", accept: (head) => (new URL(head.url).searchParams.get("key") === "good" ? true : 401), websocket() {} });
  const bad = new Peer(`ws://127.0.0.1:${s.port}/?key=bad`);
  const [, response] = await once(bad, "unexpected-response");
  assert.equal(response.statusCode, 401);
  bad.on("error", () => {});
  bad.terminate();
  const good = new Peer(`ws://127.0.0.1:${s.port}/?key=good`);
  await once(good, "open");
  good.terminate();
  await s.close();
});

test("an unknown subprotocol is refused", async () => {
  const ws = new Peer(`ws://127.0.0.1:${ours.port}/`, "other");
  const [e] = await once(ws, "error");
  assert.match(e.message, /./);
});
