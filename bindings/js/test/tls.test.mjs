import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { WebSocket, serve } from "golws";

const missing = spawnSync("openssl", ["version"]).error ? "no openssl here to make a certificate" : false;

test("wss:, both ends", { skip: missing }, async () => {
  const dir = mkdtempSync(join(tmpdir(), "golws-"));
  execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost",
    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", join(dir, "key.pem"), "-out", join(dir, "cert.pem")], { stdio: "ignore" });
  const key = readFileSync(join(dir, "key.pem")), cert = readFileSync(join(dir, "cert.pem"));
  rmSync(dir, { recursive: true });
  const s = await serve({ hostname: "127.0.0.1", tls: { key, cert }, async websocket(ws) { for await (const m of ws) ws.send(m); } });
  assert.match(s.url, /^https:/);
  const ws = new WebSocket(`wss://localhost:${s.port}/`, { tls: { ca: cert, family: 4 } });
  await ws.opened;
  const big = "x".repeat(1 << 20);
  ws.send(big);
  assert.equal(await ws.receive(), big);
  ws.close(1000);
  assert.equal((await ws.ended).wasClean, true);
  const stranger = new WebSocket(`wss://127.0.0.1:${s.port}/`);
  await assert.rejects(stranger.opened, /self.signed/);
  await s.close();
});
