import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { chromium as playwright } from "playwright-core";
import { chromium, demoServer, out, root } from "./built.mjs";

const stage = `${out}js-page/`;
const missing = !chromium ? "no chromium here" : !existsSync(demoServer) ? "build/out/examples/demo-server is not built (make build)" : false;
let browser, port, server;

async function freePort() {
  const s = createServer();
  await new Promise((resolve) => s.listen(0, "127.0.0.1", resolve));
  const { port } = s.address();
  await new Promise((resolve) => s.close(resolve));
  return port;
}

async function start() {
  server = spawn(demoServer, [String(port), stage], { stdio: "ignore" });
  for (let i = 0; i < 250; i++) {
    const up = await new Promise((resolve) => {
      const s = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
      s.on("connect", () => s.destroy());
    });
    if (up) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("the demo server does not listen");
}

async function stop() {
  const gone = new Promise((resolve) => server.once("exit", resolve));
  server.kill("SIGTERM");
  await gone;
}

before(async () => {
  if (missing) return;
  rmSync(stage, { recursive: true, force: true });
  mkdirSync(`${stage}golws`, { recursive: true });
  cpSync(`${root}examples/js/page`, stage, { recursive: true });
  cpSync(`${root}examples/page/page.css`, `${stage}page.css`);
  for (const f of ["browser.js", "browser-inline.js", "browser-slim.js", "lws.wasm"]) cpSync(new URL(`../dist/${f}`, import.meta.url), `${stage}golws/${f}`);
  port = await freePort();
  await start();
  browser = await playwright.launch({ executablePath: chromium, args: ["--no-sandbox"] });
});

after(async () => {
  await browser?.close();
  if (server && server.exitCode === null) await stop();
});

async function open(query) {
  const page = await browser.newPage({ viewport: { width: 900, height: 760 } });
  page.on("pageerror", (e) => console.error("page:", e));
  page.on("console", (m) => m.type() === "error" && !/net::ERR_|WebSocket connection to/.test(m.text()) && console.error("page:", m.text()));
  await page.goto(`http://127.0.0.1:${port}/${query}`);
  return page;
}

test("a page echoes 1,000 messages with the C server, which goes away and comes back", { skip: missing, timeout: 120000 }, async () => {
  const page = await open("?restart");
  await page.waitForFunction(() => document.body.dataset.waiting === "away" || document.getElementById("verdict").dataset.state === "broke", null, { timeout: 90000 });
  assert.notEqual(await page.getAttribute("#verdict", "data-state"), "broke", await page.textContent("#verdict"));
  await stop();
  await page.waitForFunction(() => document.body.dataset.waiting === "back", null, { timeout: 20000 });
  await start();
  await page.waitForFunction(() => document.getElementById("verdict").dataset.state !== "running", null, { timeout: 30000 });
  await page.screenshot({ path: `${out}js-page.png` });
  assert.equal(await page.getAttribute("#verdict", "data-state"), "held", await page.textContent("#verdict"));
  assert.match(await page.textContent("#verdict"), /All 1,100 echoes/);
  await page.close();
});

test("in a page the surface is the platform's", { skip: missing, timeout: 60000 }, async () => {
  const page = await open("?idle=1");
  const seen = await page.evaluate(async () => {
    const golws = await import("./golws/browser.js");
    await golws.init();
    const trace = async (Socket) => {
      const log = [];
      const ws = new Socket(`ws://${location.host}/`, ["echo"]);
      log.push(ws.readyState, ws.binaryType, ws.protocol, ws.extensions.slice(0, 0), ws.bufferedAmount);
      ws.onopen = (e) => { log.push(e.type, ws.readyState, ws.protocol, e instanceof Event, e.target === ws); ws.send("one"); ws.send(new Blob(["two"])); ws.send(new Uint8Array([3]).buffer); };
      const done = new Promise((resolve) => {
        let n = 0;
        ws.addEventListener("message", async (e) => {
          n++;
          log.push(e instanceof MessageEvent, e.origin, e.data instanceof Blob ? `blob ${e.data.size}` : e.data);
          if (n === 3) ws.close(3003, "enough");
        });
        ws.onclose = (e) => { log.push(e instanceof CloseEvent, e.code, e.reason, e.wasClean, ws.readyState); resolve(); };
      });
      await done;
      for (const f of [() => new Socket("nonsense://x"), () => new Socket("ws://x/", ["a", "a"]), () => ws.close(1001)]) {
        try { f(); log.push("nothing"); } catch (e) { log.push(e.name); }
      }
      const bad = new Socket("ws://127.0.0.1:1/");
      await new Promise((resolve) => { bad.onerror = (e) => log.push(e.type); bad.onclose = (e) => { log.push(e.code, e.wasClean); resolve(); }; });
      return log;
    };
    return [await trace(golws.WebSocket), await trace(globalThis.WebSocket)];
  });
  assert.deepEqual(seen[0], seen[1]);
  await page.close();
});

test("the inlined and the slim entry load in a page", { skip: missing, timeout: 60000 }, async () => {
  const page = await open("?idle=1");
  const seen = await page.evaluate(async () => {
    const answer = {};
    const echo = async (golws) => {
      const server = await golws.createServer({ async websocket(ws) { for await (const m of ws) ws.send(m); } });
      const ws = await server.connect("/").opened;
      ws.send("in memory");
      for await (const m of ws) { await server.close(); return m; }
    };
    answer.inline = await import("./golws/browser-inline.js").then(echo);
    const slim = await import("./golws/browser-slim.js");
    answer.before = await slim.createServer({}).catch((e) => e.code);
    await slim.init(fetch("./golws/lws.wasm"));
    answer.slim = await echo(slim);
    answer.bad = await slim.init("./page.css").catch((e) => e.code);
    return answer;
  });
  assert.deepEqual(seen, { inline: "in memory", before: "NOT_INITIALIZED", slim: "in memory", bad: "BAD_MODULE" });
  await page.close();
});
