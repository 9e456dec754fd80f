import type { Platform } from "../instance.js";
import { fillRandom } from "../wasi.js";

// A message to oneself comes sooner than a timer, which is held back when it is set over and over.
const channel = typeof MessageChannel === "undefined" ? undefined : new MessageChannel();
const waiting: (() => void)[] = [];
if (channel) channel.port1.onmessage = () => waiting.shift()?.();

export const platform: Platform = {
  webSocket: (globalThis as any).WebSocket,
  random: fillRandom,
  soon(f) {
    if (!channel) setTimeout(f, 0);
    else {
      waiting.push(f);
      channel.port2.postMessage(0);
    }
  },
};

export function get(url: string | URL): Promise<Response> { return fetch(url); }
