import type { Platform } from "../instance.js";
import { fillRandom } from "../wasi.js";

export const platform: Platform = {
  webSocket: (globalThis as any).WebSocket,
  random: fillRandom,
};

export function get(url: string | URL): Promise<Response> { return fetch(url); }
