// Measures lws.wasm in Node: `node measure.mjs lws.wasm` prints one line of JSON.
//
// start_ms      from the file's bytes to a module that answers golws_abi
// call_ns       one call into the module (lws_is_final_fragment; lws_callback_on_writable)
// callback_ns   one callback into the embedder, with its share of what leads to it: messages of 64 bytes that
//               arrive many in one read, less those that are only decoded
// echo_ns       one message of 64 bytes that arrives alone, is echoed and sent
// mallocs       allocations of the module for 100,000 such echoes
// imports       what the module asks for
import { readFileSync } from 'node:fs';
import { WASI } from 'node:wasi';
import { createHash, randomFillSync } from 'node:crypto';

const bytes = readFileSync(process.argv[2]);
const t0 = performance.now();
const wasi = new WASI({ version: 'preview1' });
const compiled = await WebAssembly.compile(bytes);
let x, onCallback = () => 0, onSend = () => {};
let due = 0;
const mem = () => new Uint8Array(x.memory.buffer);
const golws = {
  callback: (...a) => onCallback(...a),
  conn_open: () => -1,
  conn_send: (conn, iov, n) => {
    const v = new DataView(x.memory.buffer);
    let total = 0;
    for (let k = 0; k < n; k++) {
      const at = v.getUint32(iov + 8 * k, true), len = v.getUint32(iov + 8 * k + 4, true);
      total += len;
      onSend(at, len);
    }
    return total;
  },
  conn_shutdown() {}, conn_close() {}, conn_reading() {}, listen: () => 80, listen_close() {},
  resolve: () => -1, resolve_cancel() {}, ws_open: () => -1, ws_send: () => -1, ws_close() {},
  log: (level, cx, wsi, p, n) => console.error(Buffer.from(x.memory.buffer, p, n).toString()),
  random: (p, n) => randomFillSync(mem(), p, n),
  clock: () => Math.floor(performance.now() * 1000) + 1,
  deadline: (at) => { due = at; },
  context_gone() {},
};
const instance = await WebAssembly.instantiate(compiled, { wasi_snapshot_preview1: wasi.wasiImport, golws });
x = instance.exports;
wasi.initialize(instance);
if (x.golws_abi() >>> 16 !== 1) throw new Error('another ABI');
const start_ms = performance.now() - t0;

const must = (n) => {
  if (n <= -100) throw new Error(`${n}: ` + Buffer.from(x.memory.buffer, x.golws_error_ptr(), x.golws_error_len()));
  return n;
};
// CBOR, as far as it is needed here
const head = (major, n) => n < 24 ? [major << 5 | n] : n < 256 ? [major << 5 | 24, n] : n < 65536 ? [major << 5 | 25, n >> 8, n & 255] : [major << 5 | 26, n >>> 24, n >> 16 & 255, n >> 8 & 255, n & 255];
const cbor = (v) => typeof v === 'number' ? head(0, v) : typeof v === 'string' ? [...head(3, v.length), ...Buffer.from(v)]
  : Array.isArray(v) ? [...head(4, v.length), ...v.flatMap(cbor)]
  : [...head(5, Object.keys(v).length), ...Object.entries(v).flatMap(([k, w]) => [...cbor(k), ...cbor(w)])];
const put = (b, at = x.golws_tx()) => { mem().set(b, at); return [at, b.length]; };

let receives = 0, echo = true, lsn = 0, wsiOf = 0;
const RECEIVE = 6, ESTABLISHED = 0;
onCallback = (token, wsi, user, reason, p, n) => {
  if (reason === RECEIVE) { receives++; if (echo) must(x.lws_write(wsi, p, n, 1)); }
  if (reason === ESTABLISHED) wsiOf = wsi;
  return 0;
};
golws.listen = (h) => { lsn = h; return 80; };
const info = { port: 80, protocols: [{ name: 'echo', callback: 1 }] };
const cx = must(x.lws_create_context(...put(cbor(info))));
const vh = must(x.lws_get_vhost_by_name(cx, ...put(Buffer.from('default'))));
const text = (s) => put(Buffer.from(s));
let conn = must(x.golws_conn_new(cx, ...text('192.0.2.1:9'), 0, 0));
must(x.lws_adopt_descriptor_vhost_via_info(vh, ...put(cbor({ fd: conn }))));
const rx = x.golws_rx();
const feed = (b) => { mem().set(b, rx); must(x.golws_conn_data(conn, rx, b.length)); };
const key = Buffer.alloc(16, 7).toString('base64');
feed(Buffer.from(`GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`));
const frame = Buffer.concat([Buffer.from([0x82, 0x80 | 64, 1, 2, 3, 4]), Buffer.alloc(64, 5)]);
if (!wsiOf) throw new Error('not established');

const time = (n, f) => { for (let k = 0; k < n / 10; k++) f(); const t = performance.now(); for (let k = 0; k < n; k++) f(); return (performance.now() - t) * 1e6 / n; };
const counters = () => { const n = must(x.golws_counters(x.golws_tx(), 256)); return [...new Float64Array(x.memory.buffer.slice(x.golws_tx(), x.golws_tx() + 8 * n))]; };

const getter_ns = time(1e6, () => x.lws_is_final_fragment(wsiOf));
const clock_ns = time(1e6, golws.clock);
const writable_ns = time(3e5, () => x.golws_conn_writable(conn));
time(2e4, () => feed(frame));
const before = counters()[0];
for (let k = 0; k < 1e5; k++) feed(frame);
const mallocs = counters()[0] - before;
const echo_ns = time(1e5, () => feed(frame));
echo = false;
const many = Buffer.concat(Array(1000).fill(frame));
const receive_ns = time(300, () => feed(many)) / 1000;
echo = true;
const echo_many_ns = time(300, () => feed(many)) / 1000;
echo = false;
const big = Buffer.concat([Buffer.from([0x82, 0x80 | 126, 64 * 1000 >> 8, 64 * 1000 & 255, 1, 2, 3, 4]), Buffer.alloc(64 * 1000, 5)]);
const decode_ns = time(300, () => feed(big)) / 1000;
// growth: connections opened and closed
const pages = [];
for (let round = 0; round < 10; round++) {
  const conns = [];
  for (let k = 0; k < 1000; k++) {
    conn = must(x.golws_conn_new(cx, ...text('192.0.2.1:9'), 0, 0));
    must(x.lws_adopt_descriptor_vhost_via_info(vh, ...put(cbor({ fd: conn }))));
    feed(Buffer.from(`GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`));
    feed(frame);
    conns.push(conn);
  }
  if (round === 5) { x.golws_gc(); var idle_bytes = counters()[2]; }
  for (conn of conns) must(x.golws_conn_ended(conn, 0, 0));
  must(x.golws_tick());
  if (round === 5) { x.golws_gc(); idle_bytes = (idle_bytes - counters()[2]) / 1000; }
  pages.push(x.memory.buffer.byteLength);
}
must(x.lws_context_destroy(cx));
console.log(JSON.stringify({
  start_ms, getter_ns, clock_ns, writable_ns, receive_ns, decode_ns, echo_ns, echo_many_ns, mallocs, idle_bytes, memory: pages, left: counters().slice(5, 11),
  imports: WebAssembly.Module.imports(compiled).map((i) => `${i.module}.${i.name}`).sort(),
}));
