import * as dns from "node:dns";
import * as net from "node:net";
import * as tls from "node:tls";
import type { Connector, Listener, ListenerSink, Network, Stream, StreamSink } from "../network.js";
import { LISTEN_V6ONLY } from "../network.js";

/** A socket of Node's below a connection. It takes all it is given until this much waits in it. */
const HIGH = 1 << 18;

export class SocketStream implements Stream {
  private starved = false;
  private gone = false;

  constructor(private readonly socket: net.Socket, private readonly sink: StreamSink) {
    socket.setNoDelay(true);
    socket.on("data", (b) => this.gone || sink.data(b));
    socket.on("drain", () => {
      if (!this.starved || this.gone) return;
      this.starved = false;
      sink.writable();
    });
    socket.on("end", () => this.gone || sink.ended());
    socket.on("error", (e) => this.lost(e.message));
    socket.on("close", () => this.lost("the connection was closed"));
  }

  private lost(why: string): void {
    if (this.gone) return;
    if (this.socket.readableEnded && !this.socket.errored) return;
    this.gone = true;
    this.sink.ended(why);
  }

  get queued(): number { return this.socket.writableLength; }

  send(pieces: Uint8Array[]): number {
    const s = this.socket;
    if (s.destroyed || s.writableEnded) return -1;
    if (s.writableLength >= HIGH && s.writableNeedDrain) {
      this.starved = true;
      return 0;
    }
    // the pieces are lent, and Node keeps what it writes until it is written
    let n = 0;
    for (const p of pieces) n += p.length;
    const all = Buffer.allocUnsafe(n);
    let at = 0;
    for (const p of pieces) {
      all.set(p, at);
      at += p.length;
    }
    s.write(all);
    return n;
  }

  shutdown(): void { this.socket.end(); }

  close(): void {
    this.gone = true;
    const s = this.socket;
    if (s.destroyed) return;
    s.removeAllListeners("data");
    s.resume();
    if (s.connecting) s.destroy();
    else s.end(() => s.destroySoon());
    // a peer that never ends its side must not keep the socket
    const timer = setTimeout(() => s.destroy(), 5000);
    timer.unref();
    s.once("close", () => clearTimeout(timer));
  }

  reading(on: boolean): void {
    if (on) this.socket.resume();
    else this.socket.pause();
  }
}

/** The connector of a socket that is connected already. */
export function connected(socket: net.Socket): Connector {
  return (sink) => new SocketStream(socket, sink);
}

function connecting(socket: net.Socket, ready: string, sink: StreamSink): Stream {
  let open = false, failed = false;
  const s = new SocketStream(socket, {
    opened: sink.opened.bind(sink),
    data: sink.data.bind(sink),
    writable: sink.writable.bind(sink),
    ended: (error) => {
      if (open) sink.ended(error);
      else if (!failed) {
        failed = true;
        sink.opened(error || "the connection was closed");
      }
    },
  });
  socket.once(ready, () => {
    open = true;
    sink.opened();
  });
  return s;
}

function split(address: string): { host: string; port: number } {
  const at = address.lastIndexOf(":");
  return { host: address.slice(0, at).replace(/^\[|\]$/g, ""), port: Number(address.slice(at + 1)) };
}

function text(host = "", port = 0): string {
  return host === "" ? "" : host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The addresses of a socket's two ends, remote and local. */
export function ends(s: net.Socket): [string, string] { return [text(s.remoteAddress, s.remotePort), text(s.localAddress, s.localPort)]; }

/** Node's sockets on Node's loop. */
export class NodeNetwork implements Network {
  private readonly prepared = new Map<string, net.Server[]>();

  connect(address: string, local: string, sink: StreamSink): Stream {
    if (address.startsWith("@")) return connecting(net.connect({ path: `\0${address.slice(1)}`, allowHalfOpen: true }), "connect", sink);
    if (/^[./]/.test(address)) return connecting(net.connect({ path: address, allowHalfOpen: true }), "connect", sink);
    const from = local ? split(local) : undefined;
    return connecting(net.connect({ ...split(address), localAddress: from?.host, localPort: from?.port || undefined, allowHalfOpen: true }), "connect", sink);
  }

  resolve(host: string, done: (addresses: string[], error?: string) => void): () => void {
    let wanted = true;
    dns.lookup(host, { all: true, verbatim: true }, (error, list) => {
      if (wanted) done(list?.map((a) => a.address) ?? [], error?.message);
    });
    return () => { wanted = false; };
  }

  // Node binds to a given address only after a turn of its loop, and the module wants the port at once.
  async prepareListen(address: string): Promise<void> {
    const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true });
    const { host, port } = split(address);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host, port }, () => {
        server.off("error", reject);
        resolve();
      });
    });
    this.prepared.set(address, [...(this.prepared.get(address) ?? []), server]);
  }

  listen(address: string, flags: number, sink: ListenerSink): Listener {
    const server = this.prepared.get(address)?.shift() ?? net.createServer({ allowHalfOpen: true, pauseOnConnect: true });
    server.on("connection", (s) => {
      sink.accepted(connected(s), ...ends(s));
      s.resume();
    });
    if (!server.listening) {
      if (/^[./@]/.test(address)) server.listen({ path: address.startsWith("@") ? `\0${address.slice(1)}` : address });
      else {
        const { host, port } = split(address);
        // without a host Node binds at once
        if (/^(0\.0\.0\.0|::)$/.test(host)) server.listen({ port, ipv6Only: (flags & LISTEN_V6ONLY) !== 0 });
        else server.listen({ host, port });
      }
    }
    server.on("error", (e) => sink.failed(e.message));
    const at = server.address();
    return {
      port: at === null ? (/^[./@]/.test(address) ? 0 : -1) : typeof at === "string" ? 0 : at.port,
      close: () => { server.close(); },
    };
  }
}

export function secure(host: string, port: number, options: object = {}): Connector {
  return (sink) => connecting(tls.connect({ host, port, servername: net.isIP(host) ? undefined : host, ALPNProtocols: ["http/1.1"], ...options }), "secureConnect", sink);
}
