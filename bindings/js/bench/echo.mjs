// Echo throughput of golws and of npm ws, each served in a process of its own, driven by the same ws client.
//   echo.mjs [SECONDS [ROUNDS]]
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

const SIZES = [64, 65536];
const OUTSTANDING = { 64: 100, 65536: 8 };

async function server(kind) {
  if (kind === "ws") {
    const { WebSocketServer } = await import("ws");
    const s = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
    s.on("connection", (ws) => ws.on("message", (m, binary) => ws.send(m, { binary })));
    await new Promise((resolve) => s.once("listening", resolve));
    process.send(s.address().port);
    return;
  }
  const { serve } = await import("golws");
  const s = await serve({
    hostname: "127.0.0.1", perMessageDeflate: false,
    websocket(ws) { ws.onmessage = (e) => ws.send(e.data); },
  });
  process.send(s.port);
}

async function measure(port, size, seconds) {
  const { WebSocket } = await import("ws");
  const ws = new WebSocket(`ws://127.0.0.1:${port}/`, { perMessageDeflate: false });
  await new Promise((resolve, reject) => ws.once("open", resolve).once("error", reject));
  const m = Buffer.alloc(size, 7);
  let n = 0;
  const end = performance.now() + seconds * 1000, start = performance.now();
  return new Promise((resolve) => {
    ws.on("message", () => {
      n++;
      if (performance.now() < end) ws.send(m);
      else {
        ws.terminate();
        resolve(n / ((performance.now() - start) / 1000));
      }
    });
    for (let i = 0; i < OUTSTANDING[size]; i++) ws.send(m);
  });
}

if (process.argv[2] === "--server") await server(process.argv[3]);
else {
  const seconds = Number(process.argv[2] ?? 2), rounds = Number(process.argv[3] ?? 5);
  const run = async (kind) => {
    const child = fork(fileURLToPath(import.meta.url), ["--server", kind]);
    const port = await new Promise((resolve) => child.once("message", resolve));
    return { child, port };
  };
  const servers = { golws: await run("golws"), ws: await run("ws") };
  for (const size of SIZES) {
    const rates = { golws: [], ws: [] };
    for (const kind of ["golws", "ws"]) await measure(servers[kind].port, size, seconds / 2); // warm
    // in turns, so that both see the same machine
    for (let i = 0; i < rounds; i++) for (const kind of ["golws", "ws"]) rates[kind].push(await measure(servers[kind].port, size, seconds));
    const median = (a) => [...a].sort((x, y) => x - y)[a.length >> 1];
    const ratio = median(rates.golws.map((r, i) => r / rates.ws[i]));
    console.log(`${size} bytes: golws ${Math.round(median(rates.golws))}/s, ws ${Math.round(median(rates.ws))}/s, ${ratio.toFixed(2)} ×`);
  }
  for (const { child } of Object.values(servers)) child.kill();
}
