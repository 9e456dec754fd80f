import { CloseStatus, Reason, Token, Write } from "./constants.js";
import { ClosedError, DeadContextError, GolwsError } from "./errors.js";
import { type CloseEvent, type ErrorEvent, type MessageEvent, closeEvent, errorEvent, light, messageEvent } from "./events.js";
import { clientContext } from "./client.js";
import { type Instance, outside, reportLater } from "./instance.js";
import { defaultInstance } from "./init.js";
import type { Connector } from "./network.js";
import type { PlatformSocket } from "./platform-socket.js";
import { Inbox } from "./inbox.js";
import type { Wsi } from "./wsi.js";

export type BinaryType = "blob" | "arraybuffer";
/** What may be sent. */
export type Sendable = string | ArrayBufferLike | ArrayBufferView | Blob;
/** What `for await` and `readable` give. */
export type Message = string | Uint8Array;

export interface WebSocketOptions {
  protocols?: string | string[];
  /** More headers of the handshake; not where the platform's WebSocket is below. */
  headers?: Record<string, string>;
  origin?: string;
  /** Offer permessage-deflate; true by default. */
  perMessageDeflate?: boolean;
  /** Messages longer than this close with 1009; 64 MiB by default. */
  maxMessageBytes?: number;
  /** The instance to use; the one of init() by default. */
  instance?: Instance;
  /** What is below, instead of the network: a pipe's end, a tunnel. */
  connector?: Connector;
  /** Options of Node's tls.connect for wss:. */
  tls?: object;
}

/** One fragment of a big message, and the size from which a message is one. */
const FRAGMENT = 1 << 20;
const MAX_MESSAGE = 64 << 20;

const utf8 = new TextEncoder();
const strict = new TextDecoder("utf-8", { ignoreBOM: true });

type Handler<E> = ((this: WebSocket, event: E) => any) | null;

interface EventMap { open: Event; message: MessageEvent; close: CloseEvent; error: ErrorEvent }

/** A WebSocket with the surface of the platform's, async iteration and streams with back-pressure. */
export class WebSocket extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readonly CLOSING = 2;
  readonly CLOSED = 3;

  readonly url: string;
  private state: 0 | 1 | 2 | 3 = 0;
  private kind: BinaryType = "blob";
  private wsi: Wsi | undefined;
  private below: PlatformSocket | undefined;
  private chosen = "";
  private agreed = "";
  private origin = "";
  private limit: number;
  private server = false;
  private handlers: Partial<Record<keyof EventMap, Handler<any>>> = {};
  private plainMessages = true; // nobody but onmessage listens for messages
  private parts: Uint8Array[] = [];
  private partsBytes = 0;
  private out: (string | Uint8Array | Blob)[] = [];
  private outBytes = 0;
  private sending: { data: Uint8Array; at: number; text: boolean } | undefined;
  private fetching = false;
  private waiters: (() => void)[] = [];
  private readonly headers: Record<string, string>;
  private closing: { code: number; reason: string } | undefined;
  private closed: { code: number; reason: string; clean: boolean } | undefined;
  private inbox: Inbox | undefined;
  private consumed = true;
  private pair: { readable: ReadableStream<Message>; writable: WritableStream<Sendable> } | undefined;
  private settle!: { opened: () => void; failed: (e: unknown) => void; closed: (e: CloseEvent) => void };
  /** Settles when the connection is open, or has failed. */
  readonly opened: Promise<this>;
  /** Settles with the close event, whatever led to it. */
  readonly ended: Promise<CloseEvent>;

  constructor(url: string | URL, protocols: string | string[] | WebSocketOptions = [], options: WebSocketOptions = {}) {
    super();
    if (typeof protocols === "object" && !Array.isArray(protocols)) {
      options = protocols;
      protocols = options.protocols ?? [];
    }
    this.ended = new Promise((closed) => { this.settle = { ...this.settle, closed }; });
    this.opened = new Promise((resolve, failed) => { this.settle = { ...this.settle, failed, opened: () => resolve(this) }; });
    this.opened.catch(() => {}); // the events tell it too
    this.limit = options.maxMessageBytes ?? MAX_MESSAGE;
    this.headers = options.headers ?? {};
    const accepted = taken;
    taken = undefined;
    if (accepted) {
      this.url = String(url);
      this.attach(accepted.wsi);
      this.server = true;
      this.kind = "arraybuffer";
      this.chosen = accepted.protocol;
      this.agreed = accepted.extensions;
      this.state = 1;
      this.consumed = false;
      this.inbox = this.newInbox();
      this.settle.opened();
      return;
    }
    const u = parse(url), list = typeof protocols === "string" ? [protocols] : protocols;
    if (new Set(list.map((p) => p.toLowerCase())).size !== list.length || list.some((p) => !/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(p))) {
      throw new DOMException("a subprotocol is twice in the list, or is no token", "SyntaxError");
    }
    this.url = u.href;
    this.origin = u.origin === "null" ? `${u.protocol}//${u.host}` : u.origin;
    const begin = (instance: Instance): void => {
      if (this.state !== 0) return;
      try {
        clientContext(instance, u, options).connect(this, u, list, options);
      } catch (e) {
        this.failed(e instanceof Error ? e.message : String(e), e);
      }
    };
    const instance = options.instance ?? defaultInstance();
    if (!(instance instanceof Promise)) {
      // not at once: who makes it has not put its handlers in place
      queueMicrotask(() => begin(instance));
    } else instance.then(begin, (e) => this.failed(String(e), e));
  }

  get readyState(): 0 | 1 | 2 | 3 { return this.state; }
  get protocol(): string { return this.chosen; }
  get extensions(): string { return this.agreed; }
  get binaryType(): BinaryType { return this.kind; }
  set binaryType(kind: BinaryType) { if (kind === "blob" || kind === "arraybuffer") this.kind = kind; }

  /** Bytes that were sent and have not been given to the network, with their framing. */
  get bufferedAmount(): number {
    const rest = this.sending ? this.sending.data.length - this.sending.at : 0;
    return this.outBytes + rest + (this.below?.queued ?? 0) + (this.wsi && this.state !== 3 ? this.wsi.queued() : 0);
  }

  get onopen(): Handler<Event> { return this.handlers.open ?? null; }
  set onopen(f: Handler<Event>) { this.handle("open", f); }
  get onmessage(): Handler<MessageEvent> { return this.handlers.message ?? null; }
  set onmessage(f: Handler<MessageEvent>) { this.handle("message", f); }
  get onclose(): Handler<CloseEvent> { return this.handlers.close ?? null; }
  set onclose(f: Handler<CloseEvent>) { this.handle("close", f); }
  get onerror(): Handler<ErrorEvent> { return this.handlers.error ?? null; }
  set onerror(f: Handler<ErrorEvent>) { this.handle("error", f); }

  override addEventListener<K extends keyof EventMap>(type: K, listener: ((this: WebSocket, event: EventMap[K]) => any) | EventListenerObject | null,
    options?: boolean | AddEventListenerOptions): void;
  override addEventListener(type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | AddEventListenerOptions): void;
  override addEventListener(type: string, listener: any, options?: any): void {
    super.addEventListener(type, listener, options);
    if (type === "message") {
      this.plainMessages = false;
      this.listened();
    }
  }

  override removeEventListener<K extends keyof EventMap>(type: K, listener: ((this: WebSocket, event: EventMap[K]) => any) | EventListenerObject | null,
    options?: boolean | EventListenerOptions): void;
  override removeEventListener(type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | EventListenerOptions): void;
  override removeEventListener(type: string, listener: any, options?: any): void { super.removeEventListener(type, listener, options); }

  /** Sends a message. It may be called at any time once open; what the network does not take waits in `bufferedAmount`. */
  send(data: Sendable): void {
    if (this.state === 0) throw new DOMException("the WebSocket is still connecting", "InvalidStateError");
    if (this.state !== 1) return; // as the platform's: dropped
    let m: string | Uint8Array | Blob;
    if (typeof data === "string") m = data.isWellFormed?.() === false ? data.toWellFormed!() : data;
    else if (data instanceof Uint8Array) m = data;
    else if (ArrayBuffer.isView(data)) m = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    else if (typeof Blob !== "undefined" && data instanceof Blob) m = data;
    else if (data instanceof ArrayBuffer || Object.prototype.toString.call(data) === "[object SharedArrayBuffer]") m = new Uint8Array(data as ArrayBuffer);
    else m = String(data);
    if (this.out.length === 0 && !this.sending && !this.fetching && !(m instanceof Uint8Array ? m.length > FRAGMENT : typeof m !== "string" || m.length > FRAGMENT / 3)) {
      const n = this.wsi!.instance.write(this.wsi!.handle, m as string | Uint8Array, typeof m === "string" ? Write.TEXT : Write.BINARY);
      if (n >= 0) return;
      if (n !== -107) {
        if (n === -106 || n === -100) return; // it is closing: the close event will tell
        throw this.wsi!.instance.error(n, "send");
      }
    }
    const kept = m instanceof Uint8Array ? m.slice() : m;
    this.out.push(kept);
    this.outBytes += size(kept);
    this.flush();
  }

  /** Settles when what was sent is so far gone that more is welcome. */
  drain(): Promise<void> {
    if (this.state > 1 || (this.state === 1 && this.idle())) return Promise.resolve();
    return new Promise((resolve) => {
      this.waiters.push(resolve);
      if (this.state === 1) this.wsi!.callbackOnWritable();
    });
  }

  /** The next message; undefined when the connection has closed. */
  async receive(): Promise<Message | undefined> {
    const r = await this.consume().next();
    return r.done ? undefined : r.value;
  }

  /** Begins the closing handshake. */
  close(code?: number, reason = ""): void {
    if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999) && !(this.server && code >= 1001 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006)) {
      throw new DOMException(`${code} is no close code to be sent`, "InvalidAccessError");
    }
    if (utf8.encode(reason).length > 123) throw new DOMException("the reason has more than 123 bytes", "SyntaxError");
    if (this.state >= 2) return;
    if (this.state === 0) {
      this.state = 2;
      const wsi = this.wsi;
      if (wsi) this.end(wsi);
      queueMicrotask(() => this.failed("closed before it was open", new ClosedError("CLOSED", "closed before it was open")));
      return;
    }
    this.state = 2;
    this.closing = { code: code ?? CloseStatus.NOSTATUS, reason };
    // what waits here goes first
    this.flush();
    if (this.closing && this.out.length === 0 && !this.sending && !this.fetching) this.sayClose();
  }

  /** Ends the connection at once, without a handshake. */
  terminate(): void {
    if (this.state === 3) return;
    this.state = 2;
    if (this.wsi) this.wsi.instance.call("lws_set_timeout", this.wsi.handle, 1, -1);
    else this.failed("terminated", new ClosedError("CLOSED", "terminated"));
  }

  /** The messages as a stream: it is read no faster than it is consumed. Messages do not come as events any more. */
  get readable(): ReadableStream<Message> { return this.streams().readable; }
  /** A stream to send with: it takes no more than the network does. Closing it closes the connection with 1000. */
  get writable(): WritableStream<Sendable> { return this.streams().writable; }

  /** The messages until the connection closes; throws where it did not close cleanly. Leaving the loop closes. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Message> {
    const inbox = this.consume();
    const it: AsyncIterableIterator<Message> = {
      next: () => inbox.next(),
      return: async () => {
        // later, so that a loop that was left by an exception can close with another code
        setTimeout(() => this.close(1000), 0);
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]: () => it,
    };
    return it;
  }

  /** @internal The protocol's callback, for this wsi. */
  called(wsi: Wsi, reason: number, data: Uint8Array): number {
    switch (reason) {
      case Reason.CLIENT_RECEIVE:
      case Reason.RECEIVE:
        return this.piece(wsi, data);
      case Reason.CLIENT_WRITEABLE:
      case Reason.SERVER_WRITEABLE:
        this.flush();
        return 0;
      case Reason.CLIENT_APPEND_HANDSHAKE_HEADER:
        for (const [name, value] of Object.entries(this.headers)) wsi.addHeader(name, value);
        return 0;
      case Reason.CLIENT_FILTER_PRE_ESTABLISH:
        this.chosen = wsi.header(Token.PROTOCOL) ?? "";
        this.agreed = wsi.header(Token.EXTENSIONS) ?? "";
        return this.state === 0 ? 0 : -1;
      case Reason.CLIENT_ESTABLISHED:
        if (this.state !== 0) return -1;
        this.state = 1;
        this.below = wsi.instance.socketBelow(wsi.handle);
        if (this.below) {
          this.chosen = this.below.protocol;
          this.agreed = this.below.extensions;
        }
        this.settle.opened();
        this.dispatch(new Event("open"));
        return 0;
      case Reason.WS_PEER_INITIATED_CLOSE:
        this.closed = { ...payload(data), clean: true };
        if (this.state < 2) this.state = 2;
        return 0;
      case Reason.CLIENT_CONNECTION_ERROR:
        this.failed(new TextDecoder().decode(data), undefined);
        return 0;
      case Reason.CLIENT_CLOSED:
      case Reason.CLOSED: {
        if (!this.closed && wsi.peerClosed) this.closed = { ...payload(wsi.closePayload()), clean: true };
        this.over(this.closed ?? { code: 1006, reason: "", clean: false });
        return 0;
      }
      case Reason.WSI_DESTROY:
        if (this.state !== 3) this.failed("the connection ended", undefined);
        return 0;
    }
    return 0;
  }

  /** @internal */
  attach(wsi: Wsi): void {
    this.wsi = wsi;
    wsi.lost = () => this.failed("the module's context has died", new DeadContextError("DEAD", "the module's context has died"));
  }

  private piece(wsi: Wsi, data: Uint8Array): number {
    if (this.state === 3) return 0;
    if (this.partsBytes + data.length > this.limit) {
      wsi.closeReason(CloseStatus.MESSAGE_TOO_LARGE, "");
      return -1;
    }
    const flags = wsi.flags;
    if ((flags & 3) === 3) this.whole(data, (flags & 4) !== 0, false);
    else {
      if (flags & 1) {
        this.parts = [];
        this.partsBytes = 0;
      }
      this.parts.push(data.slice());
      this.partsBytes += data.length;
      if (flags & 2) {
        const all = this.parts.length === 1 ? this.parts[0]! : concat(this.parts, this.partsBytes);
        this.parts = [];
        this.partsBytes = 0;
        this.whole(all, (flags & 4) !== 0, true);
      }
    }
    return 0;
  }

  // `data` is lent unless it is `own`.
  private whole(data: Uint8Array, binary: boolean, own: boolean): void {
    const m = !binary ? strict.decode(data) : own ? data : data.slice();
    if (this.inbox) this.inbox.put(m, data.length);
    else this.deliver(m);
  }

  private deliver(m: Message): void {
    let data: any = m;
    if (typeof m !== "string") {
      const b = m.buffer as ArrayBuffer;
      data = this.kind === "blob" ? new Blob([b]) : b;
    }
    const event = messageEvent(data, this.origin, this);
    if (light && this.plainMessages) {
      const f = this.handlers.message;
      if (!f) return;
      try {
        f.call(this, event);
      } catch (e) {
        reportLater(e);
      }
    } else this.dispatch(event);
  }

  private dispatch(event: Event): void {
    try {
      this.dispatchEvent(event);
    } catch (e) {
      reportLater(e);
    }
  }

  private handle(type: keyof EventMap, f: Handler<any>): void {
    const had = type in this.handlers;
    this.handlers[type] = typeof f === "function" ? f : null;
    if (!had) super.addEventListener(type, (e) => this.handlers[type]?.call(this, e));
    if (type === "message" && f) this.listened();
  }

  // An accepted connection keeps its messages until somebody wants them.
  private listened(): void {
    if (this.consumed) return;
    this.consumed = true;
    const inbox = this.inbox!;
    queueMicrotask(() => {
      if (this.inbox !== inbox) return;
      this.inbox = undefined;
      for (const m of inbox.empty()) this.deliver(m);
    });
  }

  private newInbox(): Inbox {
    return new Inbox((on) => {
      if (this.wsi && this.state === 1) outside(() => { if (this.state === 1) this.wsi!.rxFlowControl(on); });
    });
  }

  private consume(): Inbox {
    this.consumed = true;
    if (!this.inbox) {
      this.inbox = this.newInbox();
      if (this.state === 3) this.inbox.finish(undefined);
    }
    return this.inbox;
  }

  private streams(): { readable: ReadableStream<Message>; writable: WritableStream<Sendable> } {
    if (this.pair) return this.pair;
    const inbox = this.consume();
    const readable = new ReadableStream<Message>({
      pull: async (c) => {
        const r = await inbox.next();
        if (r.done) c.close();
        else c.enqueue(r.value);
      },
      cancel: () => this.close(1000),
    }, { highWaterMark: 0 });
    const writable = new WritableStream<Sendable>({
      start: () => this.opened.then(() => {}),
      write: (m) => {
        if (this.state !== 1) throw new ClosedError("CLOSED", "the WebSocket is closed");
        this.send(m);
        return this.drain();
      },
      close: async () => {
        this.close(1000);
        await this.ended;
      },
      abort: () => this.close(1000),
    });
    return (this.pair = { readable, writable });
  }

  private idle(): boolean { return this.out.length === 0 && !this.sending && !this.fetching && !this.wsi!.sendPipeChoked(); }

  // Sends what waits as long as the connection takes it.
  private flush(): void {
    const wsi = this.wsi;
    if (!wsi || this.state === 3 || this.state === 0) return;
    while (!this.fetching && (this.sending || this.out.length > 0)) {
      if (!this.sending) {
        const m = this.out.shift()!;
        this.outBytes -= size(m);
        if (typeof m !== "string" && !(m instanceof Uint8Array)) {
          this.fetch(m);
          return;
        }
        this.sending = { data: typeof m === "string" ? utf8.encode(m) : m, at: 0, text: typeof m === "string" };
      }
      if (wsi.sendPipeChoked()) break;
      const s = this.sending, part = s.data.subarray(s.at, s.at + FRAGMENT), last = s.at + part.length === s.data.length;
      const kind = (s.at > 0 ? Write.CONTINUATION : s.text ? Write.TEXT : Write.BINARY) | (last ? 0 : Write.NO_FIN);
      const n = wsi.instance.write(wsi.handle, part, kind);
      if (n === -107) break;
      if (n < 0) return; // closing; the close event tells
      s.at += part.length;
      if (last) this.sending = undefined;
    }
    if (this.sending || this.out.length > 0) {
      if (!this.fetching) wsi.callbackOnWritable();
      return;
    }
    if (this.closing && !this.fetching) this.sayClose();
    else if (this.waiters.length > 0) {
      if (this.idle()) this.release();
      else wsi.callbackOnWritable();
    }
  }

  private fetch(blob: Blob): void {
    this.fetching = true;
    blob.arrayBuffer().then((b) => {
      this.fetching = false;
      this.sending = { data: new Uint8Array(b), at: 0, text: false };
      this.flush();
    }, (e) => {
      this.fetching = false;
      reportLater(e);
      this.flush();
    });
  }

  private sayClose(): void {
    const { code, reason } = this.closing!;
    this.closing = undefined;
    try {
      this.wsi!.closeReason(code, reason);
      this.end(this.wsi!);
    } catch (e) {
      if (!(e instanceof GolwsError)) throw e;
      // it has ended meanwhile, which the close event tells
    }
  }

  private end(wsi: Wsi): void { wsi.instance.call("golws_close", wsi.handle); }

  private release(): void {
    const waiters = this.waiters;
    this.waiters = [];
    for (const w of waiters) w();
  }

  private failed(text: string, error: unknown): void {
    if (this.state === 3) return;
    this.state = 3;
    const e = error ?? new GolwsError("CONNECTION", text);
    this.settle.failed(e);
    this.dispatch(errorEvent(text, e));
    this.finish(1006, "", false, e);
  }

  private over(how: { code: number; reason: string; clean: boolean }): void {
    if (this.state === 3) return;
    this.state = 3;
    if (!how.clean) this.dispatch(errorEvent("the connection was lost", new ClosedError("CLOSED", "the connection was lost")));
    this.finish(how.code, how.reason, how.clean, undefined);
  }

  private finish(code: number, reason: string, clean: boolean, error: unknown): void {
    const event = closeEvent(code, reason, clean);
    this.out = [];
    this.outBytes = 0;
    this.sending = undefined;
    this.release();
    this.inbox?.finish(clean ? undefined : error ?? new ClosedError("CLOSED", `the connection was lost (${code})`));
    this.dispatch(event);
    this.settle.closed(event);
  }
}

let taken: { wsi: Wsi; protocol: string; extensions: string } | undefined;

/** The WebSocket of a connection that a server has accepted. */
export function accepted(wsi: Wsi, url: string, protocol: string, extensions: string, options: WebSocketOptions): WebSocket {
  taken = { wsi, protocol, extensions };
  return new WebSocket(url, options);
}

function parse(url: string | URL): URL {
  let u: URL;
  try {
    u = new URL(url, (globalThis as any).location?.href);
  } catch {
    throw new DOMException(`no URL: ${url}`, "SyntaxError");
  }
  if (u.protocol === "http:") u.protocol = "ws:";
  else if (u.protocol === "https:") u.protocol = "wss:";
  if (u.protocol !== "ws:" && u.protocol !== "wss:") throw new DOMException(`${u.protocol} is not ws: or wss:`, "SyntaxError");
  u.hash = "";
  return u;
}

function payload(b: Uint8Array): { code: number; reason: string } {
  return b.length < 2 ? { code: 1005, reason: "" } : { code: (b[0]! << 8) | b[1]!, reason: new TextDecoder().decode(b.subarray(2)) };
}

function concat(parts: Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const p of parts) {
    all.set(p, at);
    at += p.length;
  }
  return all;
}

function size(m: string | Uint8Array | Blob): number {
  return typeof m === "string" ? utf8.encode(m).length : m instanceof Uint8Array ? m.length : m.size;
}
