// What still arrives when a module has ended, and what an embedder's own code throws, ends neither the program nor the module.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Context, ModuleOverError, Reason, createInstance } from "golws";

/** Runs f, and answers what became an uncaught exception meanwhile. */
async function uncaughtOf(f) {
  const uncaught = [];
  process.setUncaughtExceptionCaptureCallback((e) => { uncaught.push(e.message); });
  try {
    await f();
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.setUncaughtExceptionCaptureCallback(null);
  }
  return uncaught;
}

/** A stream that takes everything. `sink` is who hears of it. */
function stream() {
  const s = {
    closed: 0, sink: undefined,
    connector: (sink) => {
      s.sink = sink;
      return { send: (pieces) => pieces.reduce((n, p) => n + p.length, 0), shutdown() {}, reading() {}, close() { s.closed++; } };
    },
  };
  return s;
}

function end(instance) {
  for (;;) instance.call("golws_alloc", 1 << 30);
}

test("a module that ends in the midst of what has arrived is not given the rest", async () => {
  const other = await createInstance();
  const said = [];
  other.log = (_, line) => said.push(line);
  let pieces = 0;
  const context = Context.createSync(other, {
    port: -2,
    protocols: [{
      name: "x",
      callback(_, reason) {
        if (reason === Reason.RAW_RX && ++pieces === 1) end(other);
      },
    }],
  });
  const s = stream();
  context.adopt(context.vhost(), s.connector, { raw: true });
  assert.deepEqual(await uncaughtOf(() => s.sink.data(new Uint8Array(1 << 20))), []);
  await context.ended;
  assert.deepEqual([other.over, pieces, s.closed, said.length], [true, 1, 1, 1]);
  assert.match(said[0], /out of memory|golws_alloc/);
});

test("a log that throws does not end the module", async () => {
  const other = await createInstance();
  other.platform = { ...other.platform, network: { connect() { throw new Error("no network"); } } };
  const context = Context.createSync(other, { port: -1 });
  other.log = (_, line) => { throw new Error(line); };
  const uncaught = await uncaughtOf(() => {
    try {
      context.connect({ address: "192.0.2.1", port: 80, method: "RAW" });
    } catch (e) {
      assert.ok(!(e instanceof ModuleOverError), e.message);
    }
  });
  assert.ok(uncaught.includes("no network"), uncaught.join());
  other.log = () => {};
  context.destroy();
  await context.ended;
  assert.deepEqual([other.over, context.dead], [false, false]);
});

test("a connection that the module refuses, or that comes when it has ended, is closed", async () => {
  const other = await createInstance();
  other.log = () => {};
  let listener;
  other.platform = { ...other.platform, network: { connect() {}, listen: (_address, _flags, sink) => { listener = sink; return { port: 80, close() {} }; } } };
  const context = Context.createSync(other, { port: 80 });
  const first = stream(), last = stream();
  const uncaught = await uncaughtOf(() => {
    listener.accepted(first.connector, "not an address", "");
    assert.throws(() => end(other), ModuleOverError);
    listener.accepted(last.connector, "", "");
  });
  await context.ended;
  assert.deepEqual([uncaught, first.closed, last.closed], [[], 1, 1]);
});
