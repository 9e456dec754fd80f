/** A byte stream below a connection of the module: a TCP socket, one end of a pipe. */
export interface Stream {
  /** Sends the pieces in order. They are lent during the call. Answers how many bytes were taken, all of them or fewer, -1 where
   * the stream is broken; who takes fewer calls `writable` when there is space again. */
  send(pieces: Uint8Array[]): number;
  /** No more will be sent, behind what was. */
  shutdown(): void;
  /** The end. What was taken is still sent; nothing is told any more. */
  close(): void;
  /** Stop or go on to deliver data. */
  reading(on: boolean): void;
  /** Bytes that were taken and have not left yet. */
  readonly queued?: number;
}

/** What a stream tells. Never from inside of one of its methods. */
export interface StreamSink {
  /** How connecting ended; an accepted stream does not call it. */
  opened(error?: string): void;
  /** The bytes are copied before it returns. */
  data(bytes: Uint8Array): void;
  writable(): void;
  /** The peer sends no more, or with `error` the stream is broken. */
  ended(error?: string): void;
}

/** Begins to connect a stream, and tells `sink` how that ends. */
export type Connector = (sink: StreamSink) => Stream;

export interface Listener {
  readonly port: number;
  close(): void;
}

/** What a listener tells. */
export interface ListenerSink {
  /** A new connection: `attach` is called once, at once, and gives its stream. */
  accepted(attach: Connector, remote: string, local: string): void;
  failed(error: string): void;
}

/** Flags of listen. */
export const LISTEN_V6ONLY = 1, LISTEN_SHARE = 2;

/** What a context can reach. Addresses are text, as in ABI.md. */
export interface Network {
  connect(address: string, local: string, sink: StreamSink): Stream;
  listen?(address: string, flags: number, sink: ListenerSink): Listener;
  /** Called before a context or vhost that is to listen is made, where listening cannot be done at once. */
  prepareListen?(address: string): Promise<void>;
  /** Numeric addresses of a name; answers how to give up. */
  resolve?(host: string, done: (addresses: string[], error?: string) => void): () => void;
}
