import { Reason, Token, type Write } from "./constants.js";
import { ClosedError } from "./errors.js";
import type { Instance } from "./instance.js";

/** A connection, as a protocol's callback sees it. Its methods carry the C functions' names. */
export class Wsi {
  /** Anything of the program's own: what `user` is in C. */
  user: any;
  /** @internal */ flags = 0;
  /** @internal */ left = 0;
  /** @internal The context has died, and nothing is called any more. */ lost: (() => void) | undefined;

  /** @internal */
  constructor(readonly instance: Instance, readonly handle: number) {}

  /** lws_write: how many bytes were taken. Throws ClosedError, FullError; -1 is what would breach the protocol. */
  write(data: string | Uint8Array, protocol: Write | number): number {
    const n = this.instance.write(this.handle, data, protocol);
    if (n <= -100) throw this.instance.error(n, "lws_write");
    return n;
  }

  callbackOnWritable(): void { this.instance.must("lws_callback_on_writable", this.handle); }
  sendPipeChoked(): boolean { return this.instance.must("lws_send_pipe_choked", this.handle) !== 0; }
  /** Bytes written and not taken by the stream below. 0 where the connection is gone. */
  queued(): number { return Math.max(0, this.instance.call("golws_queued", this.handle)); }
  rxFlowControl(on: boolean): void { this.instance.must("lws_rx_flow_control", this.handle, on ? 1 : 0); }

  /** Inside RECEIVE and CLIENT_RECEIVE: the piece begins a message. */
  get isFirstFragment(): boolean { return (this.flags & 1) !== 0; }
  /** It ends one. */
  get isFinalFragment(): boolean { return (this.flags & 2) !== 0; }
  get frameIsBinary(): boolean { return (this.flags & 4) !== 0; }
  get reservedBits(): number { return (this.flags >> 12) & 7; }
  /** How many bytes of the current frame follow this piece. */
  get remainingPacketPayload(): number { return this.left; }

  closeReason(code: number, reason: string | Uint8Array = ""): void {
    this.instance.mustWith("lws_close_reason", [this.handle, code], [reason]);
  }

  /** Closes as a callback that returns nonzero does. */
  close(): void { this.instance.must("golws_close", this.handle); }

  /** The peer's close payload: code and reason; empty where none came. */
  closePayload(): Uint8Array {
    return this.instance.read(128, (at, size) => this.instance.call("lws_get_close_payload", this.handle, at, size)) ?? new Uint8Array(0);
  }

  /** The peer's close frame has come. */
  get peerClosed(): boolean { return this.instance.must("golws_peer_closed", this.handle) !== 0; }

  setTimeout(reason: number, seconds: number): void { this.instance.must("lws_set_timeout", this.handle, reason, seconds); }
  /** A TIMER callback in so many microseconds; -1 takes it away. */
  setTimerUsecs(us: number): void { this.instance.must("lws_set_timer_usecs", this.handle, us); }
  validityConfirmed(): void { this.instance.must("lws_validity_confirmed", this.handle); }

  /** A header by its number; undefined where it is not there. Until ESTABLISHED, or the end of the transaction. */
  header(token: Token | number): string | undefined {
    const n = this.instance.must("lws_hdr_total_length", this.handle, token);
    return n === 0 ? undefined : this.copied(n, (at, size) => this.instance.call("lws_hdr_copy", this.handle, at, size, token));
  }

  /** A header that has no number, by its name with or without the colon. */
  customHeader(name: string): string | undefined {
    const key = name.endsWith(":") ? name : name + ":";
    return this.instance.with([key], ([p, len]) => {
      const n = this.instance.must("lws_hdr_custom_length", this.handle, p!, len!);
      if (n <= 0) return undefined as never;
      return this.copied(n, (at, size) => this.instance.call("lws_hdr_custom_copy", this.handle, at, size, p!, len!)) as never;
    }) as unknown as string | undefined;
  }

  /** Names of the headers that have no number. */
  customHeaderNames(): string[] {
    const names: string[] = [];
    for (;;) {
      const name = this.copied(256, (at, size) => this.instance.call("golws_hdr_custom_name", this.handle, at, size, names.length));
      if (!name) return names;
      names.push(name.replace(/:$/, ""));
    }
  }

  /** One argument of a request's query, decoded. */
  urlArgument(name: string): string | undefined {
    return this.instance.with([name + "="], ([p, len]) =>
      this.copied(4096, (at, size) => this.instance.call("lws_get_urlarg_by_name_safe", this.handle, p!, len!, at, size)) as never) as unknown as string | undefined;
  }

  /** What follows the question mark. */
  queryString(): string {
    const parts: string[] = [];
    for (let i = 0; ; i++) {
      const n = this.instance.must("lws_hdr_fragment_length", this.handle, Token.HTTP_URI_ARGS, i);
      if (n <= 0) return parts.join("&");
      const part = this.copied(n, (at, size) => this.instance.call("lws_hdr_copy_fragment", this.handle, at, size, Token.HTTP_URI_ARGS, i));
      if (part !== undefined) parts.push(encodeURI(part).replace(/[&#+]/g, encodeURIComponent));
    }
  }

  /** Inside ADD_HEADERS and CLIENT_APPEND_HANDSHAKE_HEADER, or while an answer's head is built. */
  addHeader(name: string, value: string): void {
    const r = this.instance.mustWith("lws_add_http_header_by_name", [this.handle], [name.endsWith(":") ? name : name + ":", value]);
    if (r !== 0) throw new ClosedError("FULL", `no room for the header ${name}`);
  }

  /** The path of a request, decoded, and which of LWSHUMETH_… its method is (-1 for none that is known). */
  uriAndMethod(): { uri: string; method: number } {
    const size = Math.max(1, this.instance.must("golws_uri_length", this.handle));
    let method = -1;
    const uri = this.instance.read(size, (at, n) => {
      method = this.instance.call("lws_http_get_uri_and_method", this.handle, at, n);
      return method < 0 ? -1 : n;
    });
    return { uri: uri ? new TextDecoder().decode(uri) : "/", method };
  }

  peer(): string { return this.copied(128, (at, size) => this.instance.call("lws_get_peer_simple", this.handle, at, size)) ?? ""; }
  tag(): string { return this.copied(128, (at, size) => this.instance.call("lws_wsi_tag", this.handle, at, size)) ?? ""; }

  returnHttpStatus(code: number, html = ""): number { return this.instance.mustWith("lws_return_http_status", [this.handle, code], [html]); }
  httpRedirect(code: number, url: string): number { return this.instance.mustWith("lws_http_redirect", [this.handle, code], [url]); }
  addHttpCommonHeaders(code: number, type: string, length: number): number {
    return this.instance.mustWith("lws_add_http_common_headers", [this.handle, code], [type], [length]);
  }
  addHttpHeaderStatus(code: number): number { return this.instance.must("lws_add_http_header_status", this.handle, code); }
  addHttpHeaderContentLength(n: number): number { return this.instance.must("lws_add_http_header_content_length", this.handle, n); }
  finalizeWriteHttpHeader(): number { return this.instance.must("lws_finalize_write_http_header", this.handle); }
  httpTransactionCompleted(): number { return this.instance.must("lws_http_transaction_completed", this.handle); }

  private copied(size: number, f: (at: number, size: number) => number): string | undefined {
    const b = this.instance.read(size, f);
    return b === undefined || b.length === 0 ? undefined : new TextDecoder().decode(b);
  }
}

/** The callbacks in which the wsi stands for a vhost. */
export const ofVhost: ReadonlySet<number> = new Set([Reason.PROTOCOL_INIT, Reason.PROTOCOL_DESTROY]);
