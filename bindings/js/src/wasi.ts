// The part of wasi_snapshot_preview1 that Go's runtime uses in a module that does no I/O.
import { ModuleOverError } from "./errors.js";

const SUCCESS = 0, BADF = 8, NOSYS = 52;

type Import = (...args: any[]) => number | void;

/** Imports for `names`; `memory` answers the module's memory, `error` gets each line written to fd 1 and 2. */
export function wasi(names: string[], memory: () => DataView, random: (bytes: Uint8Array) => void,
  error: (line: string) => void): Record<string, Import> {
  const nothing = (count: number, size: number): number => {
    const m = memory();
    m.setUint32(count, 0, true);
    m.setUint32(size, 0, true);
    return SUCCESS;
  };
  let partial = "";
  const text = new TextDecoder();
  const known: Record<string, Import> = {
    args_get: () => SUCCESS,
    args_sizes_get: nothing,
    environ_get: () => SUCCESS,
    environ_sizes_get: nothing,
    sched_yield: () => SUCCESS,
    clock_time_get(id: number, _precision: bigint, at: number) {
      const ms = id === 0 ? Date.now() : performance.now();
      memory().setBigUint64(at, BigInt(Math.round(ms * 1e6)), true);
      return SUCCESS;
    },
    random_get(at: number, n: number) {
      const m = memory();
      random(new Uint8Array(m.buffer, at, n));
      return SUCCESS;
    },
    fd_write(fd: number, iovs: number, n: number, written: number) {
      if (fd !== 1 && fd !== 2) return BADF;
      const m = memory();
      let total = 0;
      for (let i = 0; i < n; i++) {
        const at = m.getUint32(iovs + 8 * i, true), len = m.getUint32(iovs + 8 * i + 4, true);
        partial += text.decode(new Uint8Array(m.buffer, at, len));
        total += len;
      }
      const lines = partial.split("\n");
      partial = lines.pop()!;
      for (const line of lines) error(line);
      m.setUint32(written, total, true);
      return SUCCESS;
    },
    // All of it happens at once: time passes between the calls into the module, not in them.
    poll_oneoff(subscriptions: number, events: number, n: number, count: number) {
      const m = memory();
      for (let i = 0; i < n; i++) {
        const from = subscriptions + 48 * i, to = events + 32 * i;
        m.setBigUint64(to, m.getBigUint64(from, true), true);
        m.setBigUint64(to + 8, 0n, true);
        m.setUint8(to + 10, m.getUint8(from + 8));
        m.setBigUint64(to + 16, 0n, true);
        m.setBigUint64(to + 24, 0n, true);
      }
      m.setUint32(count, n, true);
      return SUCCESS;
    },
    proc_exit(status: number) {
      throw new ModuleOverError(`lws.wasm ended with status ${status}`);
    },
    fd_prestat_get: () => BADF,
    fd_fdstat_get: () => BADF,
  };
  return Object.fromEntries(names.map((name) => [name, known[name] ?? (() => NOSYS)]));
}

/** Fills bytes of any length; the platform's call takes 65,536 at most. */
export function fillRandom(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at += 65536) {
    globalThis.crypto.getRandomValues(bytes.subarray(at, at + 65536) as Uint8Array<ArrayBuffer>);
  }
}
