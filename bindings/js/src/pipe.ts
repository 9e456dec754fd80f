import { outside } from "./instance.js";
import { soon } from "./soon.js";
import type { Connector, Stream, StreamSink } from "./network.js";

/** What may lie in one direction of a pipe before its writer has to wait. */
const HIGH = 1 << 20;

/** Two connectors whose streams are joined in memory: what one sends, the other gets. Each is used once. */
export function pipe(): [Connector, Connector] {
  const a = new End(), b = new End();
  a.peer = b;
  b.peer = a;
  // who connects is told so; who accepts is connected already
  const connector = (end: End, opens: boolean): Connector => (sink) => {
    end.attach(sink, opens);
    return end;
  };
  return [connector(a, true), connector(b, false)];
}

class End implements Stream {
  peer!: End;
  private sink: StreamSink | undefined;
  private incoming: Uint8Array[] = [];
  private bytes = 0;
  private flowing = true;
  private ending = false;
  private told = false;
  private gone = false;
  private starved = false;
  private scheduled = false;

  attach(sink: StreamSink, opens: boolean): void {
    this.sink = sink;
    if (opens) soon(() => outside(() => this.gone || sink.opened()));
    this.schedule();
  }

  get queued(): number { return this.peer.bytes; }

  send(pieces: Uint8Array[]): number {
    if (this.peer.gone) return -1;
    if (this.peer.bytes >= HIGH) {
      this.starved = true;
      return 0;
    }
    let n = 0;
    for (const p of pieces) n += p.length;
    const all = new Uint8Array(n);
    let at = 0;
    for (const p of pieces) {
      all.set(p, at);
      at += p.length;
    }
    this.peer.incoming.push(all);
    this.peer.bytes += n;
    this.peer.schedule();
    return n;
  }

  shutdown(): void {
    this.peer.ending = true;
    this.peer.schedule();
  }

  close(): void {
    this.gone = true;
    this.incoming = [];
    this.bytes = 0;
    this.shutdown();
  }

  reading(on: boolean): void {
    this.flowing = on;
    if (on) this.schedule();
  }

  private schedule(): void {
    if (this.scheduled || this.gone || !this.sink) return;
    this.scheduled = true;
    // not at once, as no network delivers inside of a send
    soon(() => outside(() => {
      this.scheduled = false;
      this.deliver();
    }));
  }

  private deliver(): void {
    while (this.flowing && !this.gone && this.incoming.length > 0) {
      const b = this.incoming.shift()!;
      this.bytes -= b.length;
      this.sink!.data(b);
    }
    if (this.gone) return;
    if (this.peer.starved && this.bytes < HIGH / 2) {
      this.peer.starved = false;
      this.peer.sink?.writable();
    }
    if (this.ending && !this.told && this.incoming.length === 0) {
      this.told = true;
      this.sink!.ended();
    }
  }
}
