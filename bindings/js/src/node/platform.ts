import { readFile } from "node:fs/promises";
import { randomFillSync } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { Platform } from "../instance.js";
import { NodeNetwork, secure } from "./network.js";

export const platform: Platform = {
  network: new NodeNetwork(),
  secure,
  webSocket: (globalThis as any).WebSocket,
  random: (bytes) => { randomFillSync(bytes); },
};

/** Files are read, everything else is fetched. */
export async function get(url: string | URL): Promise<Response | Uint8Array> {
  const s = String(url);
  if (/^https?:|^data:|^blob:/.test(s)) return fetch(url);
  return readFile(s.startsWith("file:") ? fileURLToPath(s) : s);
}
