export { init, createInstance, type Source } from "./init.js";
export { WebSocket, type BinaryType, type Message, type Sendable, type WebSocketOptions } from "./websocket.js";
export type { CloseEvent, ErrorEvent, MessageEvent } from "./events.js";
export { Server, createServer, type Head, type ServerOptions } from "./server.js";
export { pipe } from "./pipe.js";
export type { Connector, Listener, ListenerSink, Network, Stream, StreamSink } from "./network.js";
export {
  Context, Vhost, CONTEXT_PORT_NO_LISTEN, CONTEXT_PORT_NO_LISTEN_SERVER,
  type Callback, type ConnectInfo, type ContextInfo, type Mount, type Protocol, type RetryPolicy, type VhostInfo, type VhostOption,
} from "./context.js";
export { Wsi } from "./wsi.js";
export { Instance, ABI_MAJOR, type LogSink } from "./instance.js";
export * from "./constants.js";
export * from "./errors.js";
export { encode as encodeCbor, decode as decodeCbor, type Cbor } from "./cbor.js";
