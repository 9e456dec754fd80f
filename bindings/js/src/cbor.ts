// CBOR (RFC 8949) as far as lws.wasm speaks it: definite lengths, text keys, no tags. Written out here because it is
// short, and because the npm codecs either build code from strings, which a page's content security policy may forbid,
// or bring a native addon.
import { CborError } from "./errors.js";

export type Cbor = null | boolean | number | string | Uint8Array | Cbor[] | { [key: string]: Cbor | undefined };

const utf8 = new TextEncoder();
const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Encodes a value. Members that are undefined are left out. */
export function encode(value: Cbor): Uint8Array {
  const out: number[] = [];
  put(out, value);
  return Uint8Array.from(out);
}

// RFC 8949, 3: the major type and its argument
function head(out: number[], major: number, n: number): void {
  const m = major << 5;
  if (n < 24) out.push(m | n);
  else if (n < 0x100) out.push(m | 24, n);
  else if (n < 0x10000) out.push(m | 25, n >> 8, n & 255);
  else if (n < 0x100000000) out.push(m | 26, n >>> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255);
  else {
    out.push(m | 27);
    for (let shift = 56n; shift >= 0n; shift -= 8n) out.push(Number((BigInt(n) >> shift) & 255n));
  }
}

function put(out: number[], v: Cbor): void {
  if (v === null) out.push(0xf6);
  else if (typeof v === "boolean") out.push(v ? 0xf5 : 0xf4);
  else if (typeof v === "number") {
    if (Number.isSafeInteger(v)) head(out, v < 0 ? 1 : 0, v < 0 ? -1 - v : v);
    else {
      const b = new DataView(new ArrayBuffer(8));
      b.setFloat64(0, v);
      out.push(0xfb, ...new Uint8Array(b.buffer));
    }
  } else if (typeof v === "string") {
    const b = utf8.encode(v);
    head(out, 3, b.length);
    for (const byte of b) out.push(byte);
  } else if (v instanceof Uint8Array) {
    head(out, 2, v.length);
    for (const byte of v) out.push(byte);
  } else if (Array.isArray(v)) {
    head(out, 4, v.length);
    for (const e of v) put(out, e);
  } else if (typeof v === "object") {
    const members = Object.entries(v).filter((e): e is [string, Cbor] => e[1] !== undefined);
    head(out, 5, members.length);
    for (const [key, e] of members) {
      put(out, key);
      put(out, e);
    }
  } else throw new CborError("CBOR", `CBOR has no ${typeof v}`);
}

/** Decodes one value; there must be nothing behind it. */
export function decode(bytes: Uint8Array): Cbor {
  const r = { b: bytes, at: 0, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
  const v = get(r, 0);
  if (r.at !== bytes.length) throw new CborError("CBOR", `${bytes.length - r.at} bytes behind the CBOR value`);
  return v;
}

interface Reader { b: Uint8Array; at: number; view: DataView }

function need(r: Reader, n: number): number {
  const at = r.at;
  if (n > r.b.length - at) throw new CborError("CBOR", "the CBOR is truncated");
  r.at += n;
  return at;
}

function argument(r: Reader, info: number): number {
  if (info < 24) return info;
  if (info === 24) return r.view.getUint8(need(r, 1));
  if (info === 25) return r.view.getUint16(need(r, 2));
  if (info === 26) return r.view.getUint32(need(r, 4));
  if (info === 27) return Number(r.view.getBigUint64(need(r, 8)));
  throw new CborError("CBOR", "CBOR of indefinite length");
}

function get(r: Reader, depth: number): Cbor {
  if (depth > 16) throw new CborError("CBOR", "the CBOR is nested too deep");
  const first = r.b[need(r, 1)]!;
  const major = first >> 5, info = first & 31;
  if (major === 7) {
    if (info === 20 || info === 21) return info === 21;
    if (info === 22 || info === 23) return null;
    if (info === 26) return r.view.getFloat32(need(r, 4));
    if (info === 27) return r.view.getFloat64(need(r, 8));
    throw new CborError("CBOR", `CBOR simple value ${info}`);
  }
  const n = argument(r, info);
  switch (major) {
    case 0: return n;
    case 1: return -1 - n;
    case 2: {
      const at = need(r, n);
      return r.b.slice(at, at + n);
    }
    case 3: {
      const at = need(r, n);
      try {
        return text.decode(r.b.subarray(at, at + n));
      } catch (cause) {
        throw new CborError("CBOR", "a CBOR text that is not UTF-8");
      }
    }
    case 4: {
      const list: Cbor[] = [];
      for (let i = 0; i < n; i++) list.push(get(r, depth + 1));
      return list;
    }
    case 5: {
      const map: { [key: string]: Cbor } = Object.create(null);
      for (let i = 0; i < n; i++) {
        const key = get(r, depth + 1);
        if (typeof key !== "string") throw new CborError("CBOR", "a CBOR key that is not text");
        map[key] = get(r, depth + 1);
      }
      return map;
    }
  }
  throw new CborError("CBOR", "CBOR tags");
}
