import { AbiVersionError, BadModuleError, GolwsError, ModuleOverError, ReentrancyError, errorOf } from "./errors.js";
import { type Connector, type Network, type Stream, type Listener, type StreamSink } from "./network.js";
import { PlatformSocket, type PlatformWebSocket } from "./platform-socket.js";
import { soon } from "./soon.js";
import { wasi } from "./wasi.js";

/** The major version of the ABI that this package speaks. */
export const ABI_MAJOR = 1;

/** What differs between Node and a browser. */
export interface Platform {
  network?: Network;
  /** The platform's own WebSocket, for contexts with golws_platform_ws. */
  webSocket?: PlatformWebSocket;
  random(bytes: Uint8Array): void;
  /** A TLS connection as a stream. */
  secure?(host: string, port: number, options?: object): Connector;
}

/** A protocol's callback as the module calls it. */
export type RawCallback = (wsi: number, user: number, reason: number, at: number, len: number, flags: number, remaining: number) => number;
/** `level` is one of Log. */
export type LogSink = (level: number, line: string, context: number, wsi: number) => void;

/** What a context hears from its instance. */
export interface ContextSink {
  gone(dead: boolean): void;
}

const utf8 = new TextEncoder();
const text = new TextDecoder();

// Things that may only be told from outside of every module wait here while one is being called.
let inside = 0;
const later: (() => void)[] = [];
let draining = false;
const BATCH = 256;

/** Runs f at once, or when the module that is being called has returned. */
export function outside(f: () => void): void {
  later.push(f);
  if (inside === 0 && !draining) drain();
}

function drain(): void {
  draining = true;
  let n = 0;
  try {
    while (later.length > 0 && n < BATCH) {
      const batch = later.splice(0, BATCH - n);
      for (const f of batch) {
        n++;
        try {
          f();
        } catch (e) {
          reportLater(e);
        }
      }
    }
  } finally {
    draining = false;
  }
  // what goes on and on must not keep the platform's loop from turning
  if (later.length > 0) soon(() => { if (inside === 0 && !draining) drain(); });
}

/** An exception that nobody waits for becomes the platform's uncaught one. */
export function reportLater(e: unknown): void {
  queueMicrotask(() => { throw e; });
}

/** One connection of the module's and the stream below it. */
export class Conn implements StreamSink {
  stream!: Stream;
  constructor(readonly instance: Instance, readonly handle: number) {}
  opened(error = ""): void { this.instance.event("golws_conn_opened", this.handle, error); }
  data(bytes: Uint8Array): void { this.instance.received(this.handle, bytes); }
  writable(): void { this.instance.event("golws_conn_writable", this.handle); }
  ended(error = ""): void { this.instance.event("golws_conn_ended", this.handle, error); }
}

/** One instance of lws.wasm: its imports, its memory, and the rules of calling it. See wasm/ABI.md. */
export class Instance {
  readonly callbacks: RawCallback[] = [];
  readonly contexts = new Map<number, ContextSink>();
  log: LogSink = consoleLog;
  private readonly exports: Record<string, (...args: any[]) => any>;
  private readonly memory: WebAssembly.Memory;
  private bytesView = new Uint8Array(0);
  private dataView = new DataView(new ArrayBuffer(0));
  private readonly rx: number;
  private readonly rxSize: number;
  private readonly tx: number;
  private readonly txSize: number;
  private txTop = 0;
  private readonly conns = new Map<number, Conn>();
  private readonly sockets = new Map<number, PlatformSocket>();
  private readonly listeners = new Map<number, Listener>();
  private readonly queries = new Map<number, () => void>();
  private readonly offers = new Map<string, Connector>();
  private offered = 0;
  private depth = 0;
  private inImport = false;
  private thrown: { error: unknown } | undefined;
  private overBecause: ModuleOverError | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private timerAt = Infinity;
  private noise: string[] = [];

  private constructor(readonly module: WebAssembly.Module, readonly platform: Platform) {
    const imports = WebAssembly.Module.imports(module);
    const golws = this.imports();
    for (const i of imports) {
      if (i.kind !== "function" || (i.module !== "wasi_snapshot_preview1" && !(i.module === "golws" && i.name in golws))) {
        throw new BadModuleError(`not lws.wasm: it imports ${i.module}.${i.name}`);
      }
    }
    const kinds = new Map(WebAssembly.Module.exports(module).map((e) => [e.name, e.kind]));
    if (kinds.get("golws_abi") !== "function" || kinds.get("_initialize") !== "function" || kinds.get("memory") !== "memory") {
      throw new BadModuleError("not lws.wasm: it does not export golws_abi, _initialize and memory");
    }
    const shim = wasi(imports.filter((i) => i.module !== "golws").map((i) => i.name), () => this.view(), platform.random,
      (line) => this.complain(line));
    let instance: WebAssembly.Instance;
    try {
      instance = new WebAssembly.Instance(module, { golws, wasi_snapshot_preview1: shim });
    } catch (cause) {
      throw new BadModuleError(`lws.wasm cannot be instantiated: ${message(cause)}`, { cause });
    }
    this.exports = instance.exports as typeof this.exports;
    this.memory = instance.exports.memory as WebAssembly.Memory;
    this.call("_initialize");
    const abi = this.call("golws_abi") as number;
    if (abi >>> 16 !== ABI_MAJOR) throw new AbiVersionError(abi, ABI_MAJOR << 16);
    this.rx = this.call("golws_rx");
    this.rxSize = this.call("golws_rx_size");
    this.tx = this.call("golws_tx");
    this.txSize = this.call("golws_tx_size");
    this.call("lws_set_log_level", 3);
  }

  /** Instantiates a compiled module. */
  static create(module: WebAssembly.Module, platform: Platform): Instance {
    return new Instance(module, platform);
  }

  /** The module's memory; to be taken anew after each call, as it moves when it grows. */
  bytes(): Uint8Array {
    if (this.bytesView.length === 0) this.bytesView = new Uint8Array(this.memory.buffer);
    return this.bytesView;
  }

  view(): DataView {
    if (this.dataView.buffer !== this.memory.buffer) this.dataView = new DataView(this.memory.buffer);
    return this.dataView;
  }

  /** Reads text at a place in memory. */
  text(at: number, len: number): string {
    return len === 0 ? "" : text.decode(this.bytes().subarray(at, at + len));
  }

  /** True once the module has trapped or exited. */
  get over(): boolean { return this.overBecause !== undefined; }

  /** Which lines `log` gets: values of Log, or'ed. Errors and warnings at first. */
  setLogLevel(levels: number): void { this.must("lws_set_log_level", levels); }

  /** Whether the export is there, which is a later minor version's to say. */
  has(name: string): boolean { return name in this.exports; }

  /** Calls an export and answers its value as it is. */
  call(name: string, ...args: number[]): number {
    const f = this.exports[name];
    this.begin(name);
    if (!f) {
      this.end(false);
      throw new BadModuleError(`lws.wasm does not export ${name}`);
    }
    let value: number;
    try {
      value = f(...args);
    } catch (cause) {
      throw this.trapped(name, cause);
    }
    this.end(false);
    return value;
  }

  /** Calls an export whose values of -100 and below are errors, and throws them. */
  must(name: string, ...args: number[]): number {
    const value = this.call(name, ...args);
    if (value <= -100) throw this.error(value, name);
    return value;
  }

  /** The same with bytes or text before the numbers in `rest`, each of which becomes a pointer and a length. */
  mustWith(name: string, before: number[], data: (string | Uint8Array)[], rest: number[] = []): number {
    const value = this.with(data, (args) => this.call(name, ...before, ...args, ...rest));
    if (value <= -100) throw this.error(value, name);
    return value;
  }

  error(value: number, what: string): GolwsError {
    return errorOf(value, this.text(this.exports.golws_error_ptr!(), this.exports.golws_error_len!()), what);
  }

  /** Puts data into memory, calls f with their pointers and lengths, and takes them away. */
  with(data: (string | Uint8Array)[], f: (args: number[]) => number): number {
    const mark = this.txTop, blocks: number[] = [], args: number[] = [];
    try {
      for (const d of data) {
        const room = this.txSize - this.txTop;
        if (typeof d === "string" && d.length * 3 <= room) {
          const at = this.tx + this.txTop;
          const n = utf8.encodeInto(d, this.bytes().subarray(at, at + room)).written!;
          this.txTop += n;
          args.push(at, n);
          continue;
        }
        const b = typeof d === "string" ? utf8.encode(d) : d;
        let at = this.tx + this.txTop;
        if (b.length <= room) this.txTop += b.length;
        else {
          at = this.call("golws_alloc", b.length);
          if (at === 0) throw new GolwsError("MEMORY", `no ${b.length} bytes of memory in the module`);
          blocks.push(at);
        }
        this.bytes().set(b, at);
        args.push(at, b.length);
      }
      return f(args);
    } finally {
      this.txTop = mark;
      for (const at of blocks) if (!this.over) this.call("golws_free", at);
    }
  }

  /** Answers what an export writes to a place of `size` bytes; undefined where it answers a negative number. */
  read(size: number, f: (at: number, size: number) => number): Uint8Array | undefined {
    const fits = size <= this.txSize - this.txTop, mark = this.txTop;
    const at = fits ? this.tx + this.txTop : this.call("golws_alloc", size);
    if (fits) this.txTop += size;
    try {
      const n = f(at, size);
      return n < 0 ? undefined : this.bytes().slice(at, at + Math.min(n, size));
    } finally {
      this.txTop = mark;
      if (!fits) this.call("golws_free", at);
    }
  }

  /** Sends one message or a part of one: lws_write's answer. */
  write(wsi: number, data: string | Uint8Array, protocol: number): number {
    const room = this.txSize - this.txTop, mark = this.txTop, at = this.tx + mark;
    if (typeof data === "string") {
      if (data.length * 3 > room) return this.with([data], ([p, n]) => this.call("lws_write", wsi, p!, n!, protocol));
      const b = this.bytes();
      const n = data.length === 0 ? 0 : utf8.encodeInto(data, b.subarray(at, at + room)).written!;
      this.txTop += n;
      return this.write3(wsi, at, n, protocol, mark);
    }
    const memory = this.bytes();
    // what lies in the module's memory is sent from where it lies
    if (data.buffer === memory.buffer) return this.write3(wsi, data.byteOffset, data.length, protocol, mark);
    if (data.length > room) return this.with([data], ([p, n]) => this.call("lws_write", wsi, p!, n!, protocol));
    memory.set(data, at);
    this.txTop += data.length;
    return this.write3(wsi, at, data.length, protocol, mark);
  }

  private write3(wsi: number, at: number, n: number, protocol: number, mark: number): number {
    this.begin("lws_write");
    let value: number;
    try {
      value = this.exports.lws_write!(wsi, at, n, protocol);
    } catch (cause) {
      throw this.trapped("lws_write", cause);
    } finally {
      this.txTop = mark;
    }
    this.end(false);
    return value;
  }

  /** Tells an event; one that comes too late is dropped. */
  event(name: string, handle: number, ...data: (string | Uint8Array)[]): number {
    if (this.over) return 0;
    if (inside > 0) {
      outside(() => this.event(name, handle, ...data));
      return 0;
    }
    return this.with(data, (args) => this.told(name, handle, ...args));
  }

  private told(name: string, ...args: number[]): number {
    this.begin(name);
    let value: number;
    try {
      value = this.exports[name]!(...args);
    } catch (cause) {
      const e = this.trapped(name, cause);
      this.say(1, e.message, 0, 0);
      return -1;
    }
    this.end(true);
    if (value <= -100 && value !== -100) throw this.error(value, name);
    return value;
  }

  /** Gives what has arrived to a connection. */
  received(conn: number, bytes: Uint8Array): void {
    if (this.over) return;
    if (inside > 0) {
      const copy = bytes.slice();
      outside(() => this.received(conn, copy));
      return;
    }
    for (let at = 0; at < bytes.length; at += this.rxSize) {
      const part = at === 0 && bytes.length <= this.rxSize ? bytes : bytes.subarray(at, at + this.rxSize);
      this.bytes().set(part, this.rx);
      if (this.told("golws_conn_data", conn, this.rx, part.length) < 0) return;
    }
  }

  /** Gives one message of a platform's WebSocket. */
  message(conn: number, data: string | Uint8Array): void {
    if (this.over) return;
    if (inside > 0) {
      outside(() => this.message(conn, data));
      return;
    }
    const b = typeof data === "string" ? utf8.encode(data) : data, binary = typeof data === "string" ? 0 : 4;
    let at = 0;
    do {
      const part = b.subarray(at, at + this.rxSize);
      this.bytes().set(part, this.rx);
      const flags = (at === 0 ? 1 : 0) | (at + part.length === b.length ? 2 : 0) | binary;
      if (this.told("golws_ws_message", conn, this.rx, part.length, flags) < 0) return;
      at += part.length;
    } while (at < b.length);
  }

  /** Tells how a platform's WebSocket has closed. */
  socketClosed(conn: number, code: number, reason: string, clean: boolean): void {
    if (this.over) return;
    if (inside > 0) {
      outside(() => this.socketClosed(conn, code, reason, clean));
      return;
    }
    this.with([reason], ([p, n]) => this.told("golws_ws_closed", conn, code, p!, n!, clean ? 1 : 0));
    this.sockets.delete(conn);
  }

  /** The platform's WebSocket below a wsi, if it is one. */
  socketBelow(wsi: number): PlatformSocket | undefined {
    return this.sockets.size === 0 ? undefined : this.sockets.get(this.call("lws_get_socket_fd", wsi));
  }

  /** An address under which `connect` is reached by one lws_client_connect_via_info: `"+" + offer(…)`. */
  offer(connect: Connector): string {
    const name = `@golws-js/${++this.offered}`;
    this.offers.set(name, connect);
    return name;
  }

  withdraw(name: string): void { this.offers.delete(name); }

  /** A conn for a stream that exists already, of a context or a listener's. */
  attach(of: number, connect: Connector, remote = "", local = ""): number {
    const handle = this.mustWith("golws_conn_new", [of], [remote, local]);
    const conn = new Conn(this, handle);
    this.conns.set(handle, conn);
    conn.stream = connect(conn);
    return handle;
  }

  private begin(name: string): void {
    if (this.overBecause) throw this.overBecause;
    if (this.inImport && !name.startsWith("golws_error") && name !== "golws_alloc" && name !== "golws_free") {
      throw new ReentrancyError("REENTERED", `${name} was called from inside of an import other than callback`);
    }
    this.depth++;
    inside++;
  }

  private end(event: boolean): void {
    inside--;
    this.depth--;
    this.returned(event);
  }

  // A callback's exception is thrown where the outermost call was made; where that was an event, nobody waits for it.
  private returned(event: boolean): void {
    if (this.depth > 0) return;
    const thrown = this.thrown;
    this.thrown = undefined;
    if (inside === 0 && later.length > 0 && !draining) drain();
    if (thrown && thrown.error !== this.overBecause) {
      if (!event) throw thrown.error;
      reportLater(thrown.error);
    }
  }

  private trapped(name: string, cause: unknown): GolwsError {
    inside--;
    this.depth--;
    const noise = this.noise.length > 0 ? `: ${this.noise.slice(0, 3).join(" ")}` : "";
    this.overBecause ??= cause instanceof ModuleOverError ? new ModuleOverError(cause.message + noise, { cause })
      : new ModuleOverError(`lws.wasm trapped in ${name}: ${message(cause)}${noise}`, { cause });
    clearTimeout(this.timer);
    for (const c of this.conns.values()) c.stream?.close();
    for (const l of this.listeners.values()) l.close();
    for (const s of this.sockets.values()) s.abandon();
    this.conns.clear();
    this.listeners.clear();
    this.sockets.clear();
    for (const c of this.contexts.values()) outside(() => c.gone(true));
    this.contexts.clear();
    this.returned(true);
    return this.overBecause;
  }

  /** What logs may throw where nobody waits for it, and not through the module. */
  private say(...line: Parameters<LogSink>): void {
    try {
      this.log(...line);
    } catch (error) {
      reportLater(error);
    }
  }

  private complain(line: string): void {
    if (this.noise.length < 50) this.noise.push(line);
  }

  private tick = (): void => {
    this.timer = undefined;
    this.timerAt = Infinity;
    if (this.over) return;
    if (inside > 0) outside(this.tick);
    else this.told("golws_tick");
  };

  private deadline(at: number): void {
    if (at === 0) {
      if (this.timer !== undefined) clearTimeout(this.timer);
      this.timer = undefined;
      this.timerAt = Infinity;
      return;
    }
    // one that is set already and comes earlier finds nothing to do, and asks again
    if (this.timerAt <= at) return;
    if (this.timer !== undefined) clearTimeout(this.timer);
    const ms = (at - now()) / 1000;
    this.timerAt = at;
    // timers take at most 31 bits of milliseconds
    this.timer = setTimeout(this.tick, Math.min(0x7fffffff, Math.max(0, Math.ceil(ms))));
  }

  private imports(): Record<string, (...args: any[]) => number | void> {
    /** Keeps an import from throwing, which would break the module's stack. */
    const kept = (failure: number, f: (...args: any[]) => number | void) => (...args: number[]) => {
      const was = this.inImport;
      this.inImport = true;
      try {
        return f(...args);
      } catch (error) {
        this.say(1, message(error), 0, 0);
        return failure;
      } finally {
        this.inImport = was;
      }
    };
    return {
      callback: (token: number, wsi: number, user: number, reason: number, at: number, len: number, flags: number, remaining: number) => {
        let answer = -1;
        try {
          answer = this.callbacks[token]!(wsi, user, reason, at, len, flags, remaining);
        } catch (error) {
          this.thrown ??= { error };
        }
        // a call that trapped left the stack wherever it stopped: the frames below may not run on
        if (this.overBecause) throw this.overBecause;
        return answer;
      },
      conn_open: kept(-1, (conn, addr, addrLen, local, localLen) => {
        const address = this.text(addr, addrLen), from = this.text(local, localLen);
        const c = new Conn(this, conn);
        const offer = this.offers.get(address);
        this.offers.delete(address);
        if (!offer && !this.platform.network) return -1;
        c.stream = offer ? offer(c) : this.platform.network!.connect(address, from, c);
        this.conns.set(conn, c);
        return 0;
      }),
      conn_send: kept(-1, (conn, iov, n) => {
        const c = this.conns.get(conn);
        if (!c) return -1;
        const b = this.bytes(), v = this.view();
        const pieces: Uint8Array[] = [];
        for (let i = 0; i < n; i++) {
          const at = v.getUint32(iov + 8 * i, true);
          pieces.push(b.subarray(at, at + v.getUint32(iov + 8 * i + 4, true)));
        }
        return c.stream.send(pieces);
      }),
      conn_shutdown: kept(0, (conn) => this.conns.get(conn)?.stream.shutdown()),
      conn_close: kept(0, (conn) => {
        const c = this.conns.get(conn);
        this.conns.delete(conn);
        c?.stream.close();
        const s = this.sockets.get(conn);
        this.sockets.delete(conn);
        s?.abandon();
      }),
      conn_reading: kept(0, (conn, on) => this.conns.get(conn)?.stream.reading(on !== 0)),
      listen: kept(-1, (lsn, addr, len, flags) => {
        const network = this.platform.network;
        if (!network?.listen) return -1;
        const l = network.listen(this.text(addr, len), flags, {
          accepted: (attach, remote, local) => this.accept(lsn, attach, remote, local),
          failed: (error) => this.event("golws_accept_failed", lsn, error),
        });
        this.listeners.set(lsn, l);
        return l.port;
      }),
      listen_close: kept(0, (lsn) => {
        this.listeners.get(lsn)?.close();
        this.listeners.delete(lsn);
      }),
      resolve: kept(-1, (qry, host, len) => {
        const network = this.platform.network;
        if (!network?.resolve) return -1;
        this.queries.set(qry, network.resolve(this.text(host, len), (addresses, error = "") => {
          this.queries.delete(qry);
          this.event("golws_resolved", qry, addresses.join(","), error);
        }));
        return 0;
      }),
      resolve_cancel: kept(0, (qry) => {
        this.queries.get(qry)?.();
        this.queries.delete(qry);
      }),
      ws_open: kept(-1, (conn, url, urlLen, protocols, protocolsLen) => {
        const list = this.text(protocols, protocolsLen);
        if (!this.platform.webSocket) return -1;
        this.sockets.set(conn, new PlatformSocket(this, conn, this.platform.webSocket, this.text(url, urlLen),
          list === "" ? [] : list.split(",").map((p) => p.trim())));
        return 0;
      }),
      ws_send: kept(-1, (conn, at, len, binary) => {
        const b = this.bytes().subarray(at, at + len);
        return this.sockets.get(conn)?.send(binary ? b.slice() : text.decode(b)) ?? -1;
      }),
      ws_close: kept(0, (conn, code, reason, len) => this.sockets.get(conn)?.close(code, this.text(reason, len))),
      log: kept(0, (level, context, wsi, at, len) => this.say(level, this.text(at, len), context, wsi)),
      random: kept(0, (at, len) => this.platform.random(this.bytes().subarray(at, at + len))),
      clock: now,
      deadline: kept(0, (at) => this.deadline(at)),
      context_gone: kept(0, (context, dead) => {
        const c = this.contexts.get(context);
        this.contexts.delete(context);
        if (c) outside(() => c.gone(dead !== 0));
      }),
    };
  }

  private accept(lsn: number, attach: Connector, remote: string, local: string): void {
    let handle = 0;
    if (!this.over && this.listeners.has(lsn)) {
      try {
        handle = this.attach(lsn, attach, remote, local);
      } catch (error) {
        this.say(1, message(error), 0, 0);
      }
    }
    // nobody takes it, so it must not wait for anybody
    if (handle === 0) attach(new Conn(this, 0)).close();
    else this.told("golws_accepted", lsn, handle);
  }
}

function now(): number { return performance.now() * 1000; }

function message(e: unknown): string { return e instanceof Error ? e.message : String(e); }

/** Writes errors and warnings to the console. */
export function consoleLog(level: number, line: string): void {
  if (level === 1) console.error(line);
  else if (level === 2) console.warn(line);
  else console.info(line);
}
