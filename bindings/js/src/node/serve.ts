import * as net from "node:net";
import * as tls from "node:tls";
import { Server, type ServerOptions } from "../server.js";
import { connected, ends } from "./network.js";

export interface ListenOptions extends ServerOptions {
  /** 0, the default, has one chosen. */
  port?: number;
  /** The address to listen on; all by default. */
  hostname?: string;
  /** A unix socket's path instead. */
  path?: string;
  /** A certificate and key, as for Node's tls.createServer: the server speaks https and wss. */
  tls?: tls.TlsOptions;
}

/** A server that listens. */
export interface ListeningServer extends Server {
  readonly port: number;
  readonly hostname: string;
  /** The address with http: or https:. */
  readonly url: string;
}

/** Serves WebSockets and HTTP on Node's loop, until close(). */
export async function serve(options: ListenOptions): Promise<ListeningServer> {
  const server = await Server.create(options, false);
  const sockets = new Set<net.Socket>();
  const accept = (s: net.Socket): void => {
    s.on("error", () => {}); // the stream tells of it; nobody may be there yet
    sockets.add(s);
    s.once("close", () => sockets.delete(s));
    server.accept(connected(s), ...ends(s));
  };
  const listener = options.tls ? tls.createServer({ ALPNProtocols: ["http/1.1"], ...options.tls } as tls.TlsOptions, accept)
    : net.createServer({ allowHalfOpen: true }, accept);
  try {
    await new Promise<void>((resolve, reject) => {
      listener.once("error", reject);
      listener.listen(options.path ? { path: options.path } : { port: options.port ?? 0, host: options.hostname }, () => {
        listener.off("error", reject);
        resolve();
      });
    });
  } catch (e) {
    await server.close();
    throw e;
  }
  listener.on("error", (e) => options.onError?.(e));
  listener.on("tlsClientError", (_e: Error, s: net.Socket) => s.destroy()); // a peer that cannot do TLS
  server.listener = {
    stop: () => new Promise<void>((resolve) => listener.close(() => resolve())),
    end() {
      for (const s of sockets) {
        s.destroySoon();
        // who does not read what is left for him does not keep the server
        setTimeout(() => s.destroy(), 1000).unref();
      }
    },
  };
  const at = listener.address(), port = typeof at === "object" && at ? at.port : 0, hostname = typeof at === "object" && at ? at.address : "";
  const host = hostname === "::" || hostname === "0.0.0.0" ? "localhost" : hostname.includes(":") ? `[${hostname}]` : hostname;
  return Object.assign(server, { port, hostname, url: `http${options.tls ? "s" : ""}://${host}:${port}/` });
}
