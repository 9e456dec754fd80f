import { type Cbor, encode } from "./cbor.js";
import { Reason, ServerOption } from "./constants.js";
import { DeadContextError, HandleError } from "./errors.js";
import type { ContextSink, Instance } from "./instance.js";
import { forget, watch } from "./leaks.js";
import type { Connector } from "./network.js";
import { Wsi, ofVhost } from "./wsi.js";

/**
 * A protocol's callback. `data` lies in the module's memory and is lent until the callback returns; `argument` is what C has in `in`
 * where that is no bytes (see ABI.md). What it answers means what C documents for the reason; nothing is 0.
 */
export type Callback = (wsi: Wsi, reason: number, data: Uint8Array, argument: number) => number | void;

export interface Protocol {
  name: string;
  callback: Callback;
  rx_buffer_size?: number;
}

export interface VhostOption { name: string; value?: string; options?: VhostOption[] }

export interface RetryPolicy {
  secs_since_valid_ping?: number;
  secs_since_valid_hangup?: number;
}

export interface Mount {
  mountpoint: string;
  origin?: string;
  def?: string;
  protocol?: string;
  origin_protocol?: number;
  extra_mimetypes?: VhostOption[];
  headers?: VhostOption[];
  cache_max_age?: number;
  cache_reusable?: boolean;
  cache_revalidate?: boolean;
  cache_intermediaries?: boolean;
  cache_no?: boolean;
  auth_mask?: number;
  basic_auth_login_file?: string;
  keepalive_timeout?: number;
}

/** lws_context_creation_info, of a vhost. */
export interface VhostInfo {
  port?: number;
  iface?: string;
  vhost_name?: string;
  protocols?: Protocol[];
  extensions?: { name: "permessage-deflate"; client_offer?: string }[];
  mounts?: Mount[];
  headers?: VhostOption[];
  pvo?: VhostOption[];
  options?: number;
  server_string?: string;
  error_document_404?: string;
  timeout_secs?: number;
  connect_timeout_secs?: number;
  keepalive_timeout?: number;
  timeout_secs_ah_idle?: number;
  listen_accept_role?: string;
  listen_accept_protocol?: string;
  retry_and_idle_policy?: RetryPolicy;
  /** The most bytes of a request's body, longer ones are answered with 413; 0 (the default) for any number. */
  golws_http_body_limit?: number;
}

/** lws_context_creation_info, of a context. */
export interface ContextInfo extends VhostInfo {
  max_http_header_data?: number;
  max_http_header_data2?: number;
  pt_serv_buf_size?: number;
  /** ws clients ride on the platform's WebSocket. */
  golws_platform_ws?: boolean;
}

/** lws_client_connect_info. */
export interface ConnectInfo {
  address: string;
  port?: number;
  path?: string;
  host?: string;
  origin?: string;
  protocol?: string;
  local_protocol_name?: string;
  method?: string;
  ssl_connection?: number;
  vhost?: Vhost;
  parent_wsi?: Wsi;
  /** What the wsi's `user` is from the beginning. */
  userdata?: unknown;
  iface?: string;
  local_port?: number;
  retry_and_idle_policy?: RetryPolicy;
  allow_reserved_bits?: boolean;
  allow_unknown_opcode?: boolean;
  auth_username?: string;
  auth_password?: string;
}

export const CONTEXT_PORT_NO_LISTEN = -1, CONTEXT_PORT_NO_LISTEN_SERVER = -2;

const nothing = new Uint8Array(0);

// What the instance refers to. It does not refer to the Context, so that one that was dropped is noticed.
class State implements ContextSink {
  handle = 0;
  readonly wsis = new Map<number, Wsi>();
  readonly tokens: number[] = [];
  gone_ = false;
  dead = false;
  ended: (() => void) | undefined;
  readonly end = new Promise<void>((resolve) => { this.ended = resolve; });
  /** What a connection's `user` becomes at its first callback. */
  userdata: { value: unknown } | undefined;
  private lastGone = 0;

  constructor(readonly instance: Instance) {}

  gone(dead: boolean): void {
    this.gone_ = true;
    this.dead = dead;
    const left = [...this.wsis.values()];
    this.wsis.clear();
    for (const w of left) w.lost?.();
    for (const t of this.tokens) delete this.instance.callbacks[t];
    this.ended!();
  }

  wsi(handle: number): Wsi {
    let w = this.wsis.get(handle);
    if (!w) {
      w = new Wsi(this.instance, handle);
      if (this.userdata) w.user = this.userdata.value;
      // one that ended while it was being made is not kept
      if (handle !== this.lastGone) this.wsis.set(handle, w);
    }
    return w;
  }

  token(callback: Callback): number {
    const instance = this.instance;
    const token = instance.callbacks.push((handle, _user, reason, at, len, flags, remaining) => {
      const w = ofVhost.has(reason) ? new Wsi(instance, handle) : this.wsi(handle);
      w.flags = flags;
      w.left = remaining;
      const data = len > 0 && at > 0 ? instance.bytes().subarray(at, at + len) : nothing;
      const r = callback(w, reason, data, at);
      if (reason === Reason.WSI_DESTROY) {
        this.wsis.delete(handle);
        this.lastGone = handle;
      }
      return r ?? 0;
    }) - 1;
    this.tokens.push(token);
    return token;
  }

  info(i: VhostInfo): Uint8Array {
    const protocols = i.protocols?.map((p) => ({ ...p, callback: this.token(p.callback) }));
    return encode({ ...i, protocols } as unknown as Cbor);
  }
}

/** A context: its vhosts and their connections. Close it with destroy(). */
export class Context {
  private readonly state: State;

  private constructor(readonly instance: Instance, state: State) {
    this.state = state;
    watch(this, "a Context");
  }

  /** lws_create_context. It waits where listening on an address takes the platform some time. */
  static async create(instance: Instance, info: ContextInfo = {}): Promise<Context> {
    await prepare(instance, info);
    return Context.createSync(instance, info);
  }

  /** The same at once; a `port` with an `iface` needs create(). */
  static createSync(instance: Instance, info: ContextInfo = {}): Context {
    const state = new State(instance);
    state.handle = instance.mustWith("lws_create_context", [], [state.info(info)]);
    instance.contexts.set(state.handle, state);
    return new Context(instance, state);
  }

  get handle(): number { return this.state.handle; }
  /** Settles when the context has ended. */
  get ended(): Promise<void> { return this.state.end; }
  /** It died of an internal error. */
  get dead(): boolean { return this.state.dead; }

  async createVhost(info: VhostInfo): Promise<Vhost> {
    await prepare(this.instance, info);
    this.check();
    return new Vhost(this.instance, this.instance.mustWith("lws_create_vhost", [this.handle], [this.state.info(info)]));
  }

  vhost(name = "default"): Vhost | undefined {
    this.check();
    const h = this.instance.mustWith("lws_get_vhost_by_name", [this.handle], [name]);
    return h > 0 ? new Vhost(this.instance, h) : undefined;
  }

  /** lws_client_connect_via_info. What comes of it is told to the callback. */
  connect(info: ConnectInfo): Wsi {
    this.check();
    const { vhost, parent_wsi, userdata, ...rest } = info;
    const was = this.state.userdata;
    this.state.userdata = { value: userdata };
    try {
      const h = this.instance.mustWith("lws_client_connect_via_info", [this.handle],
        [encode({ ...rest, vhost: vhost?.handle, parent_wsi: parent_wsi?.handle } as unknown as Cbor)]);
      return this.state.wsi(h);
    } finally {
      this.state.userdata = was;
    }
  }

  /** lws_adopt_descriptor_vhost_via_info for a stream that exists already. */
  adopt(vhost: Vhost, connect: Connector, info: { raw?: boolean; vh_prot_name?: string; remote?: string; local?: string } = {}): Wsi {
    this.check();
    const fd = this.instance.attach(this.handle, connect, info.remote, info.local);
    return this.state.wsi(this.instance.mustWith("lws_adopt_descriptor_vhost_via_info", [vhost.handle],
      [encode({ fd, type: info.raw ? 2 : 3, vh_prot_name: info.vh_prot_name })]));
  }

  /** EVENT_WAIT_CANCELLED to every protocol, soon. */
  cancelService(): void {
    this.check();
    this.instance.must("lws_cancel_service", this.handle);
  }

  /** Ends every connection with its callbacks. More than once does no harm. */
  destroy(): void {
    forget(this);
    if (this.state.gone_ || this.instance.over) return;
    this.instance.must("lws_context_destroy", this.handle);
  }

  private check(): void {
    if (this.state.dead) throw new DeadContextError("DEAD", "the context has died of an internal error");
    if (this.state.gone_) throw new HandleError("HANDLE", "the context was destroyed");
  }
}

export class Vhost {
  /** @internal */
  constructor(readonly instance: Instance, readonly handle: number) {}
  get listenPort(): number { return this.instance.must("lws_get_vhost_listen_port", this.handle); }
  destroy(): void { this.instance.must("lws_vhost_destroy", this.handle); }
}

async function prepare(instance: Instance, info: VhostInfo): Promise<void> {
  const network = instance.platform.network;
  if (!network?.prepareListen || info.port === undefined || info.port < 0 || ((info.options ?? 0) & ServerOption.UNIX_SOCK) !== 0) return;
  if (info.iface) await network.prepareListen(`${info.iface.includes(":") ? `[${info.iface}]` : info.iface}:${info.port}`);
}
