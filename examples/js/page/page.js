// Loads lws.wasm, echoes messages with the C server and with a server inside the page, and connects again when the C server was away.
// ?restart: wait until the server has gone and come back before the verdict.
import { WebSocket, createServer, init } from "./golws/browser.js";

const MESSAGES = 1000, AT_ONCE = 16;
const SIZES = [0, 1, 13, 125, 126, 1000, 4096, 65535, 65536, 200000];
const utf8 = new TextEncoder();
const $ = (id) => document.getElementById(id);
const restart = new URLSearchParams(location.search).has("restart");
let good = 0, bytes = 0;

function message(i) {
  // big ones are rarer, so that a slow machine gets through
  const size = SIZES[i % SIZES.length] >> (i % 20 >= 10 ? 2 : 0);
  if (i % 2) return `${i}: ${"äx🚀 ".repeat(size / 8)}`;
  return Uint8Array.from({ length: size }, (_, k) => (k * 31 + i) & 255);
}

function same(sent, got) {
  if (typeof sent === "string" || typeof got === "string") return sent === got;
  return sent.length === got.length && sent.every((v, k) => v === got[k]);
}

function row(what, ms, held) {
  const r = $("rows").insertRow();
  [what, ms.toFixed(0), held ? "yes" : "no"].forEach((text, i) => {
    const cell = r.insertCell();
    cell.textContent = text;
    if (i === 1) cell.className = "n";
    if (i === 2) cell.className = held ? "same" : "differs";
  });
}

function verdict(state, text) {
  $("verdict").dataset.state = state;
  $("verdict").textContent = text;
  document.title = `golws in the page: ${state}`;
}

async function echo(ws, n, each) {
  let sent = 0, seen = 0;
  const expected = [];
  const more = () => {
    while (sent < n && sent - seen < AT_ONCE) {
      const m = message(sent++);
      expected.push(m);
      ws.send(m);
    }
  };
  more();
  if (n === 0) return;
  for await (const got of ws) {
    const want = expected.shift();
    if (!same(want, got)) throw new Error(`echo ${seen} differs: sent ${want.length}, got ${got.length}`);
    seen++;
    each(typeof got === "string" ? utf8.encode(got).length : got.length);
    if (seen === n) return;
    more();
  }
  throw new Error(`closed after ${seen} of ${n} echoes`);
}

async function timed(what, f) {
  const start = performance.now();
  try {
    const value = await f();
    row(what, performance.now() - start, true);
    return value;
  } catch (e) {
    row(`${what}: ${e.message}`, performance.now() - start, false);
    throw e;
  }
}

const url = `ws://${location.host}/`;

async function connect() {
  const ws = new WebSocket(url, "echo");
  await ws.opened;
  $("state").textContent = `open, “${ws.protocol}”`;
  return ws;
}

async function again() {
  for (let wait = 50; ; wait = Math.min(wait * 2, 1000)) {
    try {
      return await connect();
    } catch {
      $("state").textContent = "trying again";
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

function counted(n) {
  good++;
  bytes += n;
  if (good % 50 === 0 || good >= MESSAGES) {
    $("echoes").textContent = good.toLocaleString("en");
    $("bytes").textContent = bytes.toLocaleString("en");
  }
}

async function main() {
  const instance = await timed("loaded lws.wasm and started it", () => init());

  await timed(`${MESSAGES} messages of mixed sizes echoed by the C server`, async () => {
    const ws = await connect();
    await echo(ws, MESSAGES, counted);
    const e = await ws.ended;
    if (e.code !== 1000 || !e.wasClean) throw new Error(`closed with ${e.code}`);
    $("state").textContent = `closed ${e.code}`;
  });

  await timed("100 messages echoed by a server inside the page", async () => {
    let n = 0;
    const server = await createServer({ async websocket(ws) { for await (const m of ws) ws.send(m); } });
    await echo(await server.connect("/").opened, 100, () => { $("memory").textContent = String(++n); });
    await server.close();
  });

  if (restart) {
    const ws = await connect();
    const iterator = ws[Symbol.asyncIterator]();
    document.body.dataset.waiting = "away";
    await timed("noticed that the C server went away", async () => {
      const r = await iterator.next().catch(() => ({ done: true }));
      if (!r.done) throw new Error("a message that nobody sent");
      $("state").textContent = `lost, ${(await ws.ended).code}`;
    });
    document.body.dataset.waiting = "back";
    await timed("connected again when it was back, and had 100 messages echoed", async () => echo(await again(), 100, counted));
    delete document.body.dataset.waiting;
  }
  if (instance.over) throw new Error("the module has ended");
  verdict("held", `All ${good.toLocaleString("en")} echoes came back the same${restart ? ", also after the server had been away" : ""}.`);
}

main().catch((e) => verdict("broke", e.stack ?? String(e)));
