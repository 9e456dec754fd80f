import { CloseStatus, Reason, ServerOption, Token, Write } from "./constants.js";
import { CONTEXT_PORT_NO_LISTEN_SERVER, Context, type Vhost } from "./context.js";
import { ClosedError, GolwsError } from "./errors.js";
import { defaultInstance } from "./init.js";
import { type Instance, outside, reportLater } from "./instance.js";
import { forget, watch } from "./leaks.js";
import type { Connector } from "./network.js";
import { pipe } from "./pipe.js";
import { WebSocket, type WebSocketOptions, accepted } from "./websocket.js";
import type { Wsi } from "./wsi.js";

/** A handshake's or request's head. */
export interface Head {
  /** As it was asked for, with the Host header: `http://host/path?query`. */
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  /** The peer's address, where it is known. */
  readonly remote: string;
}

export interface ServerOptions {
  /** The subprotocols that are spoken; a client that asks for none of them is refused, one that asks for no subprotocol is not. */
  protocols?: string[];
  /** A WebSocket was opened. Its messages wait until somebody listens. What it throws, also later, closes with 1011. */
  websocket?: (ws: WebSocket, head: Head) => unknown;
  /** Looks at a handshake before it is answered: false, or an HTTP status, refuses. */
  accept?: (head: Head) => boolean | number | void;
  /** Answers a request that is no handshake; 404 without it. Bodies are collected. */
  fetch?: (request: Request, head: Head) => Response | Promise<Response>;
  /** Agree to permessage-deflate; true by default. */
  perMessageDeflate?: boolean;
  maxMessageBytes?: number;
  /** Requests with a longer body are answered with 413; 16 MiB by default. */
  maxBodyBytes?: number;
  /** What a handler threw; by default it is the platform's uncaught exception. */
  onError?: (error: unknown) => void;
  instance?: Instance;
}

const METHODS = ["GET", "POST", "OPTIONS", "PUT", "PATCH", "DELETE", "CONNECT", "HEAD"];
const MAX_BODY = 16 << 20;

// the headers that have a number, by their names
const NAMES: [number, string][] = (Object.entries(Token) as [string, number][])
  .filter(([key]) => !/^(COUNT|HTTP1_0|HTTP_URI_ARGS|HTTP|.*_URI|COLON.*|HTTP_COLON.*|PROXY|CONNECT|NONCE|KEY1|KEY2|DRAFT|CHALLENGE)$/.test(key))
  .map(([key, n]) => {
    const ws: Record<string, string> = { EXTENSIONS: "sec-websocket-extensions", PROTOCOL: "sec-websocket-protocol", KEY: "sec-websocket-key",
      VERSION: "sec-websocket-version", ACCEPT: "sec-websocket-accept", SWORIGIN: "sec-websocket-origin", HTTP2_SETTINGS: "http2-settings",
      HTTP_AC_REQUEST_HEADERS: "access-control-request-headers" };
    return [n, ws[key] ?? key.replace(/^HTTP_/, "").replace(/_/g, "-").toLowerCase()];
  });

interface Exchange { head: Head; body: Uint8Array[]; bytes: number; alive: boolean; begun: boolean }

/** A server: what it gets comes by accept(), connect(), or in Node from a listener. */
export class Server {
  /** @internal What brings the connections: stop() takes no more, end() drops those that are left. */
  listener: { stop(): Promise<void>; end(): void } | undefined;
  private readonly vhost: Vhost;
  private closing: Promise<void> | undefined;

  private constructor(readonly instance: Instance, private readonly context: Context,
    /** The WebSockets that are open. */
    readonly connections: Set<WebSocket>, watched: boolean) {
    this.vhost = context.vhost()!;
    if (watched) watch(this, "a Server");
    forget(context);
  }

  /** @internal */
  static async create(options: ServerOptions, watched: boolean): Promise<Server> {
    const instance = options.instance ?? (await defaultInstance());
    const connections = new Set<WebSocket>();
    const callback = (wsi: Wsi, reason: number, data: Uint8Array): number => called(options, connections, wsi, reason, data);
    const rx_buffer_size = 1 << 17;
    const context = Context.createSync(instance, {
      port: CONTEXT_PORT_NO_LISTEN_SERVER,
      vhost_name: "default",
      protocols: [{ name: "http", callback, rx_buffer_size }, ...(options.protocols ?? []).map((name) => ({ name, callback, rx_buffer_size }))],
      extensions: options.perMessageDeflate === false ? undefined : [{ name: "permessage-deflate" }],
      options: ServerOption.VALIDATE_UTF8,
    });
    return new Server(instance, context, connections, watched);
  }

  /** Serves a connection that was made elsewhere. */
  accept(connect: Connector, remote = "", local = ""): void {
    // the module takes new connections from outside only
    outside(() => {
      if (this.closing) throw new ClosedError("CLOSED", "the server is closed");
      this.context.adopt(this.vhost, connect, { remote, local });
    });
  }

  /** A WebSocket to this server, in memory. `path` may be a URL too. */
  connect(path: string | URL = "/", options: WebSocketOptions = {}): WebSocket {
    const [here, there] = pipe();
    const ws = new WebSocket(new URL(path, "ws://memory.invalid/"), { instance: this.instance, ...options, connector: here });
    this.accept(there);
    return ws;
  }

  /** Closes the listener, and the connections with 1001. */
  close(): Promise<void> { return (this.closing ??= this.end()); }

  private async end(): Promise<void> {
    forget(this);
    const stopped = this.listener?.stop();
    const all = [...this.connections];
    for (const ws of all) ws.close(CloseStatus.GOINGAWAY, "");
    let timer: ReturnType<typeof setTimeout> | undefined;
    await Promise.race([Promise.all(all.map((ws) => ws.ended)), new Promise((resolve) => { timer = setTimeout(resolve, 2000); })]);
    clearTimeout(timer);
    outside(() => this.context.destroy());
    await this.context.ended;
    this.listener?.end();
    await stopped;
  }
}

/** A server without a listener: for accept() and connect(). */
export function createServer(options: ServerOptions): Promise<Server> { return Server.create(options, true); }

function called(options: ServerOptions, connections: Set<WebSocket>, wsi: Wsi, reason: number, data: Uint8Array): number {
  switch (reason) {
    case Reason.RECEIVE:
    case Reason.SERVER_WRITEABLE:
    case Reason.WS_PEER_INITIATED_CLOSE:
    case Reason.CLOSED:
      return wsi.user instanceof WebSocket ? wsi.user.called(wsi, reason, data) : 0;
    case Reason.WSI_DESTROY:
      if (wsi.user instanceof WebSocket) wsi.user.called(wsi, reason, data);
      else if (wsi.user) (wsi.user as Exchange).alive = false;
      return 0;
    case Reason.FILTER_PROTOCOL_CONNECTION: {
      const head = headOf(wsi);
      wsi.user = head;
      const verdict = guarded(options, () => options.accept?.(head), 500);
      if (verdict === undefined || verdict === true) return options.websocket ? 0 : refuse(wsi, 404);
      return refuse(wsi, typeof verdict === "number" ? verdict : 403);
    }
    case Reason.ESTABLISHED: {
      const head = wsi.user as Head;
      const index = wsi.instance.call("lws_get_protocol", wsi.handle);
      const ws = accepted(wsi, head.url.replace(/^http/, "ws"), options.protocols?.[index - 1] ?? "", "", { maxMessageBytes: options.maxMessageBytes });
      wsi.user = ws;
      connections.add(ws);
      ws.ended.then(() => connections.delete(ws));
      const failed = (e: unknown): void => {
        // a loop over the messages of a connection that was lost ends by this
        if (e instanceof ClosedError) return;
        ws.close(CloseStatus.UNEXPECTED_CONDITION, "");
        report(options, e);
      };
      try {
        const r = options.websocket!(ws, head);
        if (r instanceof Promise) r.catch(failed);
      } catch (e) {
        failed(e);
      }
      return 0;
    }
    case Reason.HTTP: {
      wsi.setTimeout(0, 0); // the handler takes its time
      const x: Exchange = { head: headOf(wsi), body: [], bytes: 0, alive: true, begun: false };
      wsi.user = x;
      const length = x.head.headers.get("content-length");
      if ((length !== null && length !== "0") || x.head.headers.has("transfer-encoding")) return 0;
      answer(options, wsi, x);
      return 0;
    }
    case Reason.HTTP_BODY: {
      const x = wsi.user as Exchange;
      x.bytes += data.length;
      if (x.bytes > (options.maxBodyBytes ?? MAX_BODY)) return refuse(wsi, 413);
      x.body.push(data.slice());
      return 0;
    }
    case Reason.HTTP_BODY_COMPLETION:
      answer(options, wsi, wsi.user as Exchange);
      return 0;
    case Reason.CLOSED_HTTP:
      if (wsi.user && !(wsi.user instanceof WebSocket)) (wsi.user as Exchange).alive = false;
      return 0;
  }
  return 0;
}

function refuse(wsi: Wsi, status: number): number {
  wsi.returnHttpStatus(status);
  return -1;
}

function report(options: ServerOptions, e: unknown): void {
  if (options.onError) options.onError(e);
  else reportLater(e);
}

function guarded<T>(options: ServerOptions, f: () => T, failure: T): T {
  try {
    return f();
  } catch (e) {
    report(options, e);
    return failure;
  }
}

function headOf(wsi: Wsi): Head {
  const { uri, method } = wsi.uriAndMethod();
  const headers = new Headers();
  const set = (name: string, value: string | undefined): void => {
    if (value !== undefined) headers.append(name, value);
  };
  for (const [token, name] of NAMES) set(name, wsi.header(token));
  for (const name of wsi.customHeaderNames()) set(name, wsi.customHeader(name));
  const query = wsi.queryString();
  return {
    url: `http://${headers.get("host") ?? "localhost"}${encodeURI(uri)}${query ? `?${query}` : ""}`,
    method: METHODS[method] ?? "GET",
    headers,
    remote: wsi.peer(),
  };
}

function answer(options: ServerOptions, wsi: Wsi, x: Exchange): void {
  if (x.begun) return;
  x.begun = true;
  const { head } = x;
  const body = x.body.length > 0 && head.method !== "GET" && head.method !== "HEAD" ? new Blob(x.body as BlobPart[]) : undefined;
  const run = async (): Promise<[Response, Uint8Array]> => {
    const r = options.fetch ? await options.fetch(new Request(head.url, { method: head.method, headers: head.headers, body }), head)
      : new Response("Not Found", { status: 404 });
    return [r, new Uint8Array(await r.arrayBuffer())];
  };
  run().catch((e): [Response, Uint8Array] => {
    report(options, e);
    return [new Response(null, { status: 500 }), new Uint8Array(0)];
  }).then(([r, bytes]) => {
    if (x.alive) send(wsi, head, r, bytes);
  }).catch((e) => {
    if (!(e instanceof GolwsError)) report(options, e);
    else if (x.alive) wsi.close();
  });
}

function send(wsi: Wsi, head: Head, r: Response, bytes: Uint8Array): void {
  wsi.addHttpCommonHeaders(r.status, r.headers.get("content-type") ?? "application/octet-stream", bytes.length);
  r.headers.forEach((value, name) => {
    if (!["content-type", "content-length", "connection", "transfer-encoding", "keep-alive"].includes(name)) wsi.addHeader(name, value);
  });
  wsi.finalizeWriteHttpHeader();
  if (head.method !== "HEAD" && bytes.length > 0) {
    // one write takes 16 MiB at most; what a slow peer leaves waiting is bounded by that too
    if (wsi.write(bytes, Write.HTTP_FINAL) < 0) throw new ClosedError("CLOSED", "the connection ended");
  }
  wsi.user = undefined;
  if (wsi.httpTransactionCompleted() !== 0) wsi.close();
}
