// Echo throughput of golws and of npm ws, each served in a process of its own, driven by the same ws client.
//   echo.mjs [SECONDS [ROUNDS]]
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

// bytes, and messages under way at a time
const CASES = [[64, 100], [64, 1], [65536, 8]];

async function server(kind) {
  process.on("message", () => process.send(process.cpuUsage()));
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

async function measure(port, size, outstanding, seconds) {
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
    for (let i = 0; i < outstanding; i++) ws.send(m);
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
  for (const [size, outstanding] of CASES) {
    const rates = { golws: [], ws: [] }, cpu = { golws: [], ws: [] };
    const used = async (kind) => {
      const { child } = servers[kind];
      child.send("cpu");
      const u = await new Promise((resolve) => child.once("message", resolve));
      return u.user + u.system;
    };
    for (const kind of ["golws", "ws"]) await measure(servers[kind].port, size, outstanding, seconds / 2); // warm
    // in turns, so that both see the same machine
    for (let i = 0; i < rounds; i++) for (const kind of ["golws", "ws"]) {
      const before = await used(kind), rate = await measure(servers[kind].port, size, outstanding, seconds);
      rates[kind].push(rate);
      cpu[kind].push((await used(kind) - before) / (rate * seconds));
    }
    const median = (a) => [...a].sort((x, y) => x - y)[a.length >> 1];
    const ratio = median(rates.golws.map((r, i) => r / rates.ws[i]));
    console.log(`${size} bytes, ${outstanding} under way: golws ${Math.round(median(rates.golws))}/s, ws ${Math.round(median(rates.ws))}/s, ${ratio.toFixed(2)} ×; `
      + `the server's CPU for one message ${median(cpu.golws).toFixed(1)} µs, ${median(cpu.ws).toFixed(1)} µs`);
  }
  for (const { child } of Object.values(servers)) child.kill();
}
