// Sends every message back, and answers everything else with a line: ws-echo.mjs [PORT]
import { serve } from "golws";

const server = await serve({
  port: Number(process.argv[2] ?? 7681),
  hostname: "127.0.0.1",
  protocols: ["echo"],
  async websocket(ws) {
    for await (const message of ws) {
      ws.send(message);
      await ws.drain();
    }
  },
  fetch: (request) => new Response(`Nothing at ${new URL(request.url).pathname} but a WebSocket echo.\n`, { headers: { "content-type": "text/plain" } }),
});
console.log(server.url);
process.once("SIGTERM", () => server.close());
process.once("SIGINT", () => server.close());
