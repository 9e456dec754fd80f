// Sends messages to an echo server and compares what comes back: ws-client.mjs URL [COUNT]
import { WebSocket } from "golws";

const [url, count = "100"] = process.argv.slice(2);
const ws = new WebSocket(url, "echo");
await ws.opened;
for (let i = 0; i < Number(count); i++) {
  const sent = i % 2 ? `message ${i}` : new Uint8Array(i * 997).fill(i);
  ws.send(sent);
  const got = await ws.receive();
  if (got === undefined || Buffer.compare(Buffer.from(sent), Buffer.from(got)) !== 0) throw new Error(`echo ${i} differs`);
}
ws.close(1000);
const { code } = await ws.ended;
console.log(`${count} echoes, closed with ${code}`);
