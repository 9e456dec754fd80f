import { BadModuleError, GolwsError, NotInitializedError } from "./errors.js";
import { Instance, type Platform } from "./instance.js";

/** Where lws.wasm comes from: its address, a response, its bytes, or the compiled module. */
export type Source = string | URL | Response | PromiseLike<Response> | ArrayBuffer | ArrayBufferView | WebAssembly.Module;

let platform: Platform;
let own: (() => Promise<Source> | Source) | undefined;
let fetchBytes: (url: string | URL) => Promise<Response | Uint8Array>;
let current: Instance | undefined;
let pending: Promise<Instance> | undefined;

/** @internal What the entry of the package brings: `ownSource` is where its own lws.wasm is, for those that have one. */
export function setup(p: Platform, get: (url: string | URL) => Promise<Response | Uint8Array>, ownSource?: () => Promise<Source> | Source): void {
  platform = p;
  fetchBytes = get;
  own = ownSource;
}

/**
 * Loads lws.wasm and makes it what everything here uses. Without a source it is the package's own, once. With a source it is loaded
 * anew, and what was made before goes on with the one before.
 */
export function init(source?: Source): Promise<Instance> {
  if (source === undefined) {
    if (current && !current.over) return Promise.resolve(current);
    if (pending) return pending;
  }
  const p = createInstance(source).then((instance) => (current = instance));
  pending = p;
  p.catch(() => {}).then(() => { if (pending === p) pending = undefined; });
  return p;
}

/** An instance of its own: it shares nothing with others, and is used where an option `instance` names it. */
export async function createInstance(source?: Source): Promise<Instance> {
  return Instance.create(await compile(source ?? (await default_())), platform);
}

async function default_(): Promise<Source> {
  if (!own) throw new NotInitializedError();
  return own();
}

/** The instance of init(), or, where the package has its own module, the promise of it. */
export function defaultInstance(): Instance | Promise<Instance> {
  if (current && !current.over) return current;
  if (pending) return pending;
  if (!own) throw new NotInitializedError();
  return init();
}

async function compile(source: Source): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  let from: unknown = source;
  try {
    if (typeof from === "string" || from instanceof URL) from = await fetchBytes(from);
    else if (typeof (from as PromiseLike<Response>).then === "function") from = await (from as PromiseLike<Response>);
    if (typeof Response !== "undefined" && from instanceof Response) {
      if (!from.ok) throw new BadModuleError(`${from.url || "lws.wasm"}: status ${from.status}`);
      const type = (from.headers.get("content-type") ?? "").split(";")[0]!.trim();
      if (type === "application/wasm" && typeof WebAssembly.compileStreaming === "function") return await WebAssembly.compileStreaming(from);
      from = await from.arrayBuffer();
    }
    return await WebAssembly.compile(from as BufferSource);
  } catch (cause) {
    if (cause instanceof GolwsError) throw cause;
    throw new BadModuleError(`no WebAssembly module: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
