import type { Message } from "./websocket.js";

/** From this many bytes or messages on the peer is made to wait, and below a quarter of it goes on. */
const HIGH_BYTES = 1 << 20, HIGH_COUNT = 1024;

/** Messages that have come and wait to be taken. */
export class Inbox {
  private queue: { m: Message; n: number }[] = [];
  private at = 0;
  private bytes = 0;
  private takers: { resolve: (r: IteratorResult<Message>) => void; reject: (e: unknown) => void }[] = [];
  private done: { error: unknown } | undefined;
  private flowing = true;

  /** `flow` is told to stop and to go on. */
  constructor(private readonly flow: (on: boolean) => void) {}

  put(m: Message, n: number): void {
    const taker = this.takers.shift();
    if (taker) {
      taker.resolve({ done: false, value: m });
      return;
    }
    this.queue.push({ m, n });
    this.bytes += n;
    if (this.flowing && (this.bytes >= HIGH_BYTES || this.queue.length - this.at >= HIGH_COUNT)) {
      this.flowing = false;
      this.flow(false);
    }
  }

  next(): Promise<IteratorResult<Message>> {
    if (this.at < this.queue.length) {
      const { m, n } = this.queue[this.at]!;
      this.queue[this.at++] = undefined as never;
      this.bytes -= n;
      if (this.at > 64 && this.at * 2 > this.queue.length) {
        this.queue.splice(0, this.at);
        this.at = 0;
      }
      if (!this.flowing && this.bytes < HIGH_BYTES / 4 && this.queue.length - this.at < HIGH_COUNT / 4) {
        this.flowing = true;
        this.flow(true);
      }
      return Promise.resolve({ done: false, value: m });
    }
    if (this.done) {
      const { error } = this.done;
      this.done = { error: undefined };
      return error === undefined ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(error);
    }
    return new Promise((resolve, reject) => this.takers.push({ resolve, reject }));
  }

  /** Takes all that wait. */
  empty(): Message[] {
    const all = this.queue.slice(this.at).map((e) => e.m);
    this.queue = [];
    this.at = this.bytes = 0;
    if (!this.flowing) {
      this.flowing = true;
      this.flow(true);
    }
    return all;
  }

  /** No more will come; with an error who waits next gets it. */
  finish(error: unknown): void {
    if (this.done) return;
    this.done = { error };
    const takers = this.takers;
    this.takers = [];
    takers.forEach((t, i) => {
      if (i === 0 && error !== undefined) {
        this.done = { error: undefined };
        t.reject(error);
      } else t.resolve({ done: true, value: undefined });
    });
  }
}
