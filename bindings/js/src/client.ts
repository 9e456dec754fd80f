import { Context, type ConnectInfo } from "./context.js";
import { ServerOption } from "./constants.js";
import { GolwsError } from "./errors.js";
import type { Instance } from "./instance.js";
import { forget } from "./leaks.js";
import type { WebSocket, WebSocketOptions } from "./websocket.js";

/** The name that a client connection's protocol has here, whichever subprotocol the server chooses. */
const LOCAL = "golws";

type Kind = "deflate" | "plain" | "platform";

// One context of each kind for all the clients of an instance; they end with it.
const clients = new WeakMap<Instance, Partial<Record<Kind, Client>>>();

/** The context that clients like this one share. */
export function clientContext(instance: Instance, url: URL, options: WebSocketOptions): Client {
  const kind: Kind = !options.connector && !instance.platform.network && instance.platform.webSocket ? "platform"
    : options.perMessageDeflate === false ? "plain" : "deflate";
  let of = clients.get(instance);
  if (!of) clients.set(instance, (of = {}));
  const have = of[kind];
  if (have && !have.context.dead) return have;
  return (of[kind] = new Client(instance, kind));
}

class Client {
  readonly context: Context;

  constructor(private readonly instance: Instance, private readonly kind: Kind) {
    this.context = Context.createSync(instance, {
      protocols: [{
        name: LOCAL,
        callback: (wsi, reason, data) => (wsi.user as WebSocket | undefined)?.called(wsi, reason, data) ?? 0,
        rx_buffer_size: 1 << 17,
      }],
      extensions: kind === "deflate" ? [{ name: "permessage-deflate", client_offer: "permessage-deflate; client_max_window_bits" }] : undefined,
      options: ServerOption.VALIDATE_UTF8,
      golws_platform_ws: kind === "platform" ? true : undefined,
    });
    forget(this.context); // it ends with its instance
  }

  connect(ws: WebSocket, url: URL, protocols: string[], options: WebSocketOptions): void {
    const secure = url.protocol === "wss:", host = url.hostname.replace(/^\[|\]$/g, "");
    const port = url.port === "" ? (secure ? 443 : 80) : Number(url.port);
    let connector = options.connector;
    if (!connector && secure && this.kind !== "platform") {
      if (!this.instance.platform.secure) throw new GolwsError("NO_TLS", "there is no TLS here for wss:");
      connector = this.instance.platform.secure(host, port, options.tls);
    }
    const offer = connector && this.instance.offer(connector);
    const info: ConnectInfo = {
      address: offer ? `+${offer}` : host,
      port,
      path: url.pathname + url.search,
      host: url.host,
      local_protocol_name: LOCAL,
      userdata: ws,
    };
    if (options.origin) info.origin = options.origin;
    if (protocols.length > 0) info.protocol = protocols.join(", ");
    if (secure && this.kind === "platform") info.ssl_connection = 1;
    try {
      ws.attach(this.context.connect(info));
    } catch (e) {
      if (offer) this.instance.withdraw(offer);
      throw e;
    }
  }
}
