/** What all errors of this package are instances of. `code` is one of the names below. */
export class GolwsError extends Error {
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.name = new.target.name;
  }
}

/** What was given to init() is not lws.wasm, or no WebAssembly at all. */
export class BadModuleError extends GolwsError {
  constructor(message: string, options?: ErrorOptions) {
    super("BAD_MODULE", message, options);
  }
}

/** It is lws.wasm, of another major version of its ABI. */
export class AbiVersionError extends GolwsError {
  constructor(readonly found: number, readonly wanted: number) {
    super("ABI_VERSION", `lws.wasm has version ${found >>> 16}.${found & 0xffff} of its ABI, and this package wants ${wanted >>> 16}`);
  }
}

/** A context, server or WebSocket was wanted before init(). */
export class NotInitializedError extends GolwsError {
  constructor() {
    super("NOT_INITIALIZED", "call init(url | bytes | module) first, and wait for it");
  }
}

/** The module trapped or exited; nothing can be done with it any more. */
export class ModuleOverError extends GolwsError {
  constructor(message: string, options?: ErrorOptions) {
    super("MODULE_OVER", message, options);
  }
}

/** A handle whose object is gone, or is of another kind. */
export class HandleError extends GolwsError {}
/** A pointer and length that do not lie in the module's memory. */
export class BoundsError extends GolwsError {}
/** A call from where it is not allowed, as from inside of a callback. */
export class ReentrancyError extends GolwsError {}
/** Bytes that are not CBOR, or are truncated. */
export class CborError extends GolwsError {}
/** An unknown key of a structure, or a value that it cannot have; the message names it. */
export class FieldError extends GolwsError {}
/** The context met an internal error before. */
export class DeadContextError extends GolwsError {}
/** The connection is closed or closing. */
export class ClosedError extends GolwsError {}
/** A limit is reached, of bytes that wait or of handles. */
export class FullError extends GolwsError {}
/** Well-formed, but it cannot be done; the message says why. */
export class RefusedError extends GolwsError {}

const kinds: Record<number, [new (code: string, message: string) => GolwsError, string]> = {
  [-100]: [HandleError, "HANDLE"],
  [-101]: [BoundsError, "BOUNDS"],
  [-102]: [ReentrancyError, "REENTERED"],
  [-103]: [CborError, "CBOR"],
  [-104]: [FieldError, "FIELD"],
  [-105]: [DeadContextError, "DEAD"],
  [-106]: [ClosedError, "CLOSED"],
  [-107]: [FullError, "FULL"],
  [-108]: [RefusedError, "REFUSED"],
};

/** The error for a value that an export answered; see "Conventions" in ABI.md. */
export function errorOf(value: number, text: string, what: string): GolwsError {
  const kind = kinds[value];
  return kind ? new kind[0](kind[1], `${what}: ${text || kind[1]}`) : new GolwsError("UNKNOWN", `${what}: error ${value} ${text}`);
}
