import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  AbiVersionError, BadModuleError, BoundsError, CborError, ClosedError, Context, FieldError, GolwsError, HandleError, ModuleOverError, NotInitializedError, Reason,
  ReentrancyError, WebSocket, Write, createInstance, createServer, decodeCbor, encodeCbor, init, pipe, serve,
} from "golws";

const instance = await init();

function script(text, ...flags) {
  return execFileSync(process.execPath, [...flags, "--input-type=module", "-e", text], { cwd: fileURLToPath(new URL(".", import.meta.url)), encoding: "utf8", timeout: 120000 });
}

test("an echo in memory, in one module and in two", async () => {
  const server = await createServer({ async websocket(ws, head) { for await (const m of ws) ws.send(`${new URL(head.url).pathname} ${m}`); } });
  for (const client of [instance, await createInstance()]) {
    const ws = server.connect("/here", { instance: client });
    await ws.opened;
    ws.send("one");
    ws.send("two");
    const got = [];
    for await (const m of ws) if (got.push(m) === 2) break;
    assert.deepEqual(got, ["/here one", "/here two"]);
    assert.equal((await ws.ended).code, 1000);
  }
  await server.close();
});

test("streams with back-pressure: the sender waits for a reader that does not read", async () => {
  let theirs;
  const server = await createServer({ perMessageDeflate: false, websocket(ws) { theirs = ws; } });
  const ws = server.connect("/", { perMessageDeflate: false });
  await ws.opened;
  const writer = ws.writable.getWriter(), part = new Uint8Array(1 << 20).fill(1);
  let written = 0, stuck = false;
  const writing = (async () => {
    for (let i = 0; i < 40; i++) {
      await writer.write(part);
      written++;
    }
    await writer.close();
  })();
  for (let last = -1; !stuck;) {
    stuck = last === written;
    last = written;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.ok(written < 20, `${written} MiB were taken though nobody reads`);
  let got = 0;
  for await (const m of theirs.readable) got += m.length;
  await writing;
  assert.equal(got, 40 << 20);
  assert.equal((await ws.ended).code, 1000);
  await server.close();
});

test("bufferedAmount grows, and drain() waits for it", async () => {
  let theirs;
  const server = await createServer({ perMessageDeflate: false, websocket(ws) { theirs = ws; } });
  const ws = server.connect("/", { perMessageDeflate: false });
  await ws.opened;
  const part = new Uint8Array(1 << 20);
  for (let i = 0; i < 30; i++) ws.send(part);
  assert.ok(ws.bufferedAmount > 5 << 20, String(ws.bufferedAmount));
  let n = 0;
  theirs.onmessage = () => n++;
  await ws.drain();
  assert.ok(ws.bufferedAmount < 1 << 20, String(ws.bufferedAmount));
  ws.close();
  await ws.ended;
  assert.equal(n, 30);
  await server.close();
});

test("a message longer than the limit closes with 1009", async () => {
  const server = await createServer({ maxMessageBytes: 1000, async websocket(ws) { for await (const m of ws) ws.send(m); } });
  const ws = server.connect();
  await ws.opened;
  ws.send(new Uint8Array(1001));
  assert.equal((await ws.ended).code, 1009);
  await server.close();
});

test("the surface of the platform's WebSocket", async () => {
  assert.deepEqual([WebSocket.CONNECTING, WebSocket.OPEN, WebSocket.CLOSING, WebSocket.CLOSED], [0, 1, 2, 3]);
  const server = await createServer({ protocols: ["a", "b"], websocket(ws) { ws.onmessage = (e) => ws.send(e.data); } });
  const ws = server.connect("/x?y=1", { protocols: ["b"] });
  assert.equal(ws.readyState, ws.CONNECTING);
  assert.equal(ws.url, "ws://memory.invalid/x?y=1");
  assert.equal(ws.binaryType, "blob");
  assert.throws(() => ws.send("early"), { name: "InvalidStateError" });
  assert.throws(() => ws.close(1001), { name: "InvalidAccessError" });
  assert.throws(() => ws.close(1000, "x".repeat(124)), { name: "SyntaxError" });
  assert.throws(() => new WebSocket("ftp://x/"), { name: "SyntaxError" });
  assert.throws(() => new WebSocket("ws://x/", ["a", "A"]), { name: "SyntaxError" });
  await new Promise((resolve) => { ws.onopen = resolve; });
  assert.equal(ws.protocol, "b");
  ws.send(new Blob(["from a blob"]));
  const first = await new Promise((resolve) => ws.addEventListener("message", resolve, { once: true }));
  assert.ok(first instanceof Event && first.data instanceof Blob && first.target === ws);
  assert.equal(await first.data.text(), "from a blob");
  ws.binaryType = "arraybuffer";
  ws.send(new Blob(["first"]));
  ws.send("after it");
  ws.send(new Uint16Array([1, 2]).subarray(1));
  const seen = [];
  await new Promise((resolve) => { ws.onmessage = (e) => seen.push(e.data) === 3 && resolve(); });
  assert.equal(new TextDecoder().decode(seen[0]), "first");
  assert.equal(seen[1], "after it");
  assert.deepEqual([...new Uint8Array(seen[2])], [2, 0]);
  ws.close();
  assert.equal(ws.readyState, ws.CLOSING);
  await ws.ended;
  ws.send("dropped, as the platform's");
  await server.close();
});

test("what a handler of an event throws is the platform's uncaught exception, and the connection stays", () => {
  const text = script(`
    import { createServer } from "golws";
    const server = await createServer({ websocket(ws) { ws.onmessage = (e) => ws.send(e.data); } });
    const ws = await server.connect().opened;
    const caught = new Promise((resolve) => process.once("uncaughtException", resolve));
    let n = 0;
    ws.onmessage = () => { if (++n === 1) throw new Error("mine"); };
    ws.send("a");
    console.log((await caught).message);
    ws.send("b");
    while (n < 2) await new Promise((resolve) => setImmediate(resolve));
    console.log(ws.readyState);
    await server.close();
  `);
  assert.equal(text, "mine\n1\n");
});

test("HTTP on the same port", async () => {
  const s = await serve({
    hostname: "127.0.0.1",
    async fetch(request) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      const u = new URL(request.url);
      if (u.pathname === "/throw") throw new Error("mine");
      return new Response(`${request.method} ${u.pathname}${u.search} ${request.headers.get("x-one")} ${await request.text()}`,
        { status: 201, headers: { "content-type": "text/plain", "x-two": "2" } });
    },
    onError() {},
  });
  const r = await fetch(`${s.url}a/b?c=d%20e&f`, { method: "POST", headers: { "x-one": "1" }, body: "x".repeat(100000) });
  assert.equal(r.status, 201);
  assert.equal(r.headers.get("x-two"), "2");
  assert.equal(r.headers.get("content-type"), "text/plain");
  assert.equal(await r.text(), `POST /a/b?c=d%20e&f 1 ${"x".repeat(100000)}`);
  assert.equal((await fetch(`${s.url}throw`)).status, 500);
  const head = await fetch(s.url, { method: "HEAD" });
  assert.equal(head.status, 201);
  assert.equal(await head.text(), "");
  await s.close();
  await assert.rejects(fetch(s.url));
});

test("callbacks as in C: a server and a client on Node's sockets", async () => {
  const log = [];
  let done;
  const ended = new Promise((resolve) => { done = resolve; });
  const context = await Context.create(instance, {
    port: 0, iface: "127.0.0.1",
    protocols: [{
      name: "shout",
      callback(wsi, reason, data) {
        switch (reason) {
          case Reason.ESTABLISHED: log.push("established"); break;
          case Reason.RECEIVE:
            log.push(`receive ${new TextDecoder().decode(data)} ${wsi.isFirstFragment} ${wsi.isFinalFragment} ${wsi.frameIsBinary}`);
            wsi.user = new TextDecoder().decode(data).toUpperCase();
            wsi.callbackOnWritable();
            break;
          case Reason.SERVER_WRITEABLE: wsi.write(wsi.user, Write.TEXT); break;
          case Reason.CLOSED: log.push("closed"); break;
          case Reason.CLIENT_ESTABLISHED: wsi.write("hello", Write.TEXT); break;
          case Reason.CLIENT_RECEIVE:
            log.push(`client ${new TextDecoder().decode(data)}`);
            wsi.closeReason(1000, "done");
            return -1;
          case Reason.CLIENT_CLOSED: log.push("client closed"); done(); break;
        }
      },
    }],
  });
  const port = context.vhost().listenPort;
  assert.ok(port > 0);
  context.connect({ address: "localhost", port, path: "/", host: "localhost", protocol: "shout" });
  await ended;
  context.destroy();
  await context.ended;
  assert.deepEqual(log.filter((l) => !l.includes("closed")), ["established", "receive hello true true false", "client HELLO"]);
  assert.deepEqual(log.filter((l) => l.includes("closed")).sort(), ["client closed", "closed"]);
  assert.throws(() => context.cancelService(), HandleError);
});

test("modules that are not ours", async () => {
  const empty = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  await assert.rejects(createInstance(new Uint8Array([1, 2, 3])), BadModuleError);
  await assert.rejects(createInstance(empty), BadModuleError);
  await assert.rejects(createInstance("/nowhere/lws.wasm"), BadModuleError);
  // (memory 1) (func _initialize) (func golws_abi (result i32) i32.const 0x00020000)
  const other = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 8, 2, 0x60, 0, 0, 0x60, 0, 1, 0x7f, 3, 3, 2, 0, 1, 5, 3, 1, 0, 1,
    7, 36, 3, 6, ...Buffer.from("memory"), 2, 0, 11, ...Buffer.from("_initialize"), 0, 0, 9, ...Buffer.from("golws_abi"), 0, 1,
    10, 11, 2, 2, 0, 0x0b, 6, 0, 0x41, 0x80, 0x80, 8, 0x0b]);
  await assert.rejects(createInstance(other), AbiVersionError);
  const slim = await import("golws/slim");
  assert.throws(() => new slim.WebSocket("ws://127.0.0.1/"), slim.NotInitializedError);
  assert.notEqual(slim.NotInitializedError, undefined);
  assert.ok(new NotInitializedError() instanceof GolwsError);
});

test("bad arguments are typed errors", () => {
  const cbor = encodeCbor({ port: -1 });
  assert.throws(() => instance.mustWith("lws_create_context", [], [cbor.subarray(0, cbor.length - 1)]), CborError);
  assert.throws(() => Context.createSync(instance, { prot: 1 }), (e) => e instanceof FieldError && /prot/.test(e.message));
  assert.throws(() => Context.createSync(instance, { port: "x" }), FieldError);
  assert.throws(() => instance.must("lws_create_context", 0x7ffffff0, 100), BoundsError);
  assert.throws(() => instance.must("lws_create_context", -1, 100), BoundsError);
  assert.throws(() => instance.must("lws_context_destroy", 12345), HandleError);
  assert.throws(() => instance.call("no_such_export"), BadModuleError);
  assert.throws(() => decodeCbor(cbor.subarray(0, 3)), CborError);
});

test("a module that has ended says so, and takes its connections with it", async () => {
  const other = await createInstance();
  const server = await createServer({ instance: other, websocket() {} });
  const ws = await server.connect().opened;
  // more than a module can address
  const all = Array.from({ length: 4 }, () => 1 << 30);
  assert.throws(() => { for (const n of all) if (other.call("golws_alloc", n) === 0) throw new Error("refused"); }, ModuleOverError);
  assert.ok(other.over);
  assert.throws(() => other.call("golws_abi"), ModuleOverError);
  const e = await ws.ended;
  assert.deepEqual([e.code, e.wasClean], [1006, false]);
  await server.close();
});

for (const [how, then] of [
  ["keeps to itself", () => 0],
  ["throws on", (e) => { throw e; }],
  ["covers with another", () => { throw new Error("another"); }],
]) {
  test(`a module that ends within a callback runs no further: an error that the callback ${how}`, { timeout: 20000 }, async () => {
    const other = await createInstance();
    let ended, more = 0, uncaught;
    const context = Context.createSync(other, {
      port: -1,
      protocols: [{
        name: "x",
        callback(_, reason) {
          if (ended) more++;
          if (reason !== Reason.EVENT_WAIT_CANCELLED) return 0;
          try {
            for (;;) other.call("golws_alloc", 1 << 30);
          } catch (e) { ended = e; }
          return then(ended);
        },
      }],
    });
    process.setUncaughtExceptionCaptureCallback((e) => { uncaught = e; });
    try {
      assert.throws(() => context.cancelService(), (e) => e === ended);
      await context.ended;
      await new Promise((resolve) => setImmediate(resolve));
    } finally {
      process.setUncaughtExceptionCaptureCallback(null);
    }
    assert.ok(ended instanceof ModuleOverError, String(ended));
    assert.ok(context.dead);
    assert.equal(more, 0, "no callback comes from what is over");
    assert.throws(() => other.call("golws_abi"), (e) => e === ended);
    assert.equal(uncaught?.message, how === "covers with another" ? "another" : undefined);
  });
}

test("CBOR there and back", () => {
  for (const v of [0, 23, 24, 255, 256, 65535, 65536, 2 ** 32, 2 ** 53 - 1, -1, -500, 1.5, -0.25, "", "ü", "x".repeat(300), true, false, null, [], [1, [2, "3"]],
    new Uint8Array([1, 2])]) assert.deepEqual(decodeCbor(encodeCbor(v)), v);
  assert.deepEqual({ ...decodeCbor(encodeCbor({ a: 1, b: undefined, c: [] })) }, { a: 1, c: [] });
});

test("a send on a closed handle, and an event from inside of a callback", async () => {
  let client;
  const seen = {};
  const context = Context.createSync(instance, {
    port: -2,
    protocols: [{
      name: "x",
      callback(wsi, reason) {
        if (reason === Reason.CLIENT_ESTABLISHED) {
          client = wsi;
          try { instance.must("golws_tick"); } catch (e) { seen.tick = e; }
          return -1;
        }
      },
    }],
  });
  const [a, b] = pipe();
  context.adopt(context.vhost(), b);
  context.connect({ address: `+${instance.offer(a)}`, port: 1, path: "/", host: "x", protocol: "x" });
  while (!client) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(seen.tick instanceof ReentrancyError);
  while (true) {
    await new Promise((resolve) => setImmediate(resolve));
    try {
      client.write("late", Write.TEXT);
    } catch (e) {
      assert.ok(e instanceof HandleError || e instanceof ClosedError);
      if (e instanceof HandleError) break;
    }
  }
  context.destroy();
});

test("memory that grows is read anew", async () => {
  const before = instance.bytes().buffer;
  const at = instance.must("golws_alloc", 64 << 20);
  assert.ok(at > 0);
  assert.equal(before.byteLength, 0, "the buffer of before is detached");
  assert.ok(instance.bytes().length > 64 << 20);
  instance.must("golws_free", at);
  const server = await createServer({ async websocket(ws) { for await (const m of ws) ws.send(m); } });
  const ws = await server.connect().opened;
  ws.send(new Uint8Array(5 << 20).fill(3));
  for await (const m of ws) {
    assert.equal(m.length, 5 << 20);
    assert.ok(m.every((v) => v === 3));
    break;
  }
  await server.close();
});

test("what is dropped without being closed is told of", () => {
  const text = script(`
    import { Context, createServer, init } from "golws";
    const instance = await init();
    const warned = [];
    console.warn = (t) => warned.push(t);
    (() => { Context.createSync(instance); Context.createSync(instance).destroy(); })();
    await createServer({}).then(() => {});
    for (let i = 0; i < 500 && warned.length < 2; i++) { gc(); await new Promise((r) => setTimeout(r, 10)); }
    console.log(warned.sort().join("; "));
  `, "--expose-gc");
  assert.equal(text.trim(), "golws: a Context was dropped without being closed; golws: a Server was dropped without being closed");
});

test("require() gives the same", async () => {
  const golws = createRequire(import.meta.url)("golws");
  const s = await golws.serve({ hostname: "127.0.0.1", async websocket(ws) { for await (const m of ws) ws.send(m); } });
  const ws = await new golws.WebSocket(`ws://127.0.0.1:${s.port}/`).opened;
  ws.send("from CommonJS");
  for await (const m of ws) {
    assert.equal(m, "from CommonJS");
    break;
  }
  await s.close();
});

test("the inlined entry has its module with it", async () => {
  const inline = await import("golws/inline");
  const server = await inline.createServer({ async websocket(ws) { for await (const m of ws) ws.send(m); } });
  const ws = await server.connect().opened;
  ws.send("inline");
  for await (const m of ws) {
    assert.equal(m, "inline");
    break;
  }
  await server.close();
});

test("a program ends by itself when its connections are closed", () => {
  script(`
    import { WebSocket, serve } from "golws";
    const s = await serve({ hostname: "127.0.0.1", websocket(ws) { ws.onmessage = (e) => ws.send(e.data); } });
    const ws = await new WebSocket("ws://127.0.0.1:" + s.port).opened;
    ws.send("x");
    for await (const m of ws) break;
    await ws.ended;
    await s.close();
  `);
});
