// What Vite and webpack make of a page that imports the package, loaded in Chromium.
import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { chromium as playwright } from "playwright-core";
import { chromium, out } from "./built.mjs";

const dist = fileURLToPath(new URL("../dist", import.meta.url));
const work = `${out}js-bundle/`;
const page = `import { createServer } from "golws";
const server = await createServer({ async websocket(ws) { for await (const m of ws) ws.send(m); } });
const ws = await server.connect("/").opened;
ws.send("bundled");
document.title = await ws.receive();
`;
const html = '<!doctype html><html><head><link rel="icon" href="data:,"></head><body><script type="module" src="SRC"></script></body></html>';

function project(name) {
  const dir = join(work, name);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(join(dir, "node_modules/golws"), { recursive: true });
  // as it would be installed
  cpSync(dist, join(dir, "node_modules/golws/dist"), { recursive: true });
  cpSync(join(dist, "../package.json"), join(dir, "node_modules/golws/package.json"));
  writeFileSync(join(dir, "package.json"), '{"type":"module"}');
  writeFileSync(join(dir, "main.js"), page);
  return dir;
}

async function look(dir) {
  const types = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };
  const s = createServer((request, response) => {
    const path = join(dir, new URL(request.url, "http://x").pathname.replace(/\/$/, "/index.html"));
    try {
      const body = readFileSync(path);
      response.writeHead(200, { "content-type": types[extname(path)] ?? "application/octet-stream" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => s.listen(0, "127.0.0.1", resolve));
  const browser = await playwright.launch({ executablePath: chromium, args: ["--no-sandbox"] });
  try {
    const tab = await browser.newPage();
    const errors = [];
    tab.on("pageerror", (e) => errors.push(e.message));
    await tab.goto(`http://127.0.0.1:${s.address().port}/`);
    await tab.waitForFunction(() => document.title === "bundled", null, { timeout: 30000 }).catch((e) => { throw new Error(errors.join("\n") || e.message); });
  } finally {
    await browser.close();
    s.close();
    s.closeAllConnections();
  }
}

function wasms(dir) {
  return readdirSync(dir, { recursive: true }).filter((f) => f.endsWith(".wasm") && statSync(join(dir, f)).size > 1 << 20);
}

const old = Number(process.versions.node.split(".")[0]) < 20 && "Vite needs Node 20";
test("vite", { skip: old || (!chromium && "no chromium here"), timeout: 120000 }, async () => {
  const dir = project("vite");
  writeFileSync(join(dir, "index.html"), html.replace("SRC", "/main.js"));
  const { build } = await import("vite");
  await build({ root: dir, logLevel: "error", configFile: false, build: { target: "es2022" } });
  assert.equal(wasms(join(dir, "dist")).length, 1);
  await look(join(dir, "dist"));
});

test("webpack", { skip: !chromium && "no chromium here", timeout: 120000 }, async () => {
  const dir = project("webpack");
  const { default: webpack } = await import("webpack");
  const stats = await new Promise((resolve, reject) => webpack({
    context: dir, mode: "production", entry: "./main.js", target: "web",
    output: { path: join(dir, "dist"), filename: "main.js" }, experiments: { topLevelAwait: true }, performance: false,
  }, (e, s) => (e ? reject(e) : resolve(s))));
  assert.ok(!stats.hasErrors(), stats.toString("errors-only"));
  writeFileSync(join(dir, "dist/index.html"), html.replace("SRC", "/main.js"));
  assert.equal(wasms(join(dir, "dist")).length, 1);
  await look(join(dir, "dist"));
});
