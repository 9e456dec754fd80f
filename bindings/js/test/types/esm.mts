// Compiled, not run: what a program with types sees.
import {
  type CloseEvent, Context, FieldError, GolwsError, type Message, type MessageEvent, Reason, type Server, WebSocket, Write, createServer, init, pipe, serve,
} from "golws";
import { WebSocket as Inline } from "golws/inline";
import { init as slimInit } from "golws/slim";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_: Equal<A, B>): void {}

async function uses(): Promise<void> {
  const instance = await init();
  await init(new URL("file:///lws.wasm"));
  await slimInit(new Uint8Array());
  const ws = new WebSocket("ws://localhost/", ["a"], { headers: { a: "b" }, perMessageDeflate: false });
  ws.onmessage = (e) => same<typeof e, MessageEvent>(true);
  ws.addEventListener("close", (e) => same<typeof e, CloseEvent>(true));
  ws.addEventListener("something", (e) => same<typeof e, Event>(true));
  for await (const m of ws) same<typeof m, string | Uint8Array>(true);
  same<Awaited<ReturnType<typeof ws.receive>>, Message | undefined>(true);
  same<typeof ws.readable, ReadableStream<Message>>(true);
  // the platform's takes its place where only the common surface is used
  const platform: Pick<globalThis.WebSocket, "send" | "close" | "readyState" | "bufferedAmount" | "protocol" | "extensions" | "url" | "binaryType"> = ws;
  platform.send("x");
  // @ts-expect-error: numbers are not sent
  ws.send(1);
  // @ts-expect-error: no such type
  ws.binaryType = "text";
  new Inline("ws://localhost/");

  const server = await serve({ port: 0, protocols: ["a"], async websocket(s, head) { same<typeof head.url, string>(true); s.send(head.url); }, fetch: (r) => new Response(r.url) });
  same<typeof server.port, number>(true);
  const inMemory: Server = await createServer({});
  inMemory.connect("/").close(1000, "done");
  const [a] = pipe();
  inMemory.accept(a);

  const context = await Context.create(instance, {
    port: 0,
    protocols: [{ name: "x", callback: (wsi, reason, data) => (reason === Reason.RECEIVE && wsi.write(data, Write.BINARY) < 0 ? -1 : 0) }],
  });
  // @ts-expect-error: the module would refuse it by name
  await Context.create(instance, { prot: 1 });
  context.destroy();
  const e: GolwsError = new FieldError("FIELD", "x");
  same<typeof e.code, string>(true);
}
void uses;
