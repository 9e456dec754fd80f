import type { Instance } from "./instance.js";

/** The platform's WebSocket, as far as it is used. */
export type PlatformWebSocket = new (url: string, protocols?: string | string[]) => {
  binaryType: string;
  readonly bufferedAmount: number;
  readonly protocol: string;
  readonly extensions: string;
  onopen: ((e: any) => any) | null;
  onmessage: ((e: any) => any) | null;
  onclose: ((e: any) => any) | null;
  onerror: ((e: any) => any) | null;
  send(data: any): void;
  close(code?: number, reason?: string): void;
};

/** Above this `bufferedAmount` the module waits; it says nothing when it falls, so it is looked at from time to time. */
const HIGH = 1 << 20, LOW = HIGH >> 2, LOOK_MS = 10;

/** One platform's WebSocket below a connection of the module's. */
export class PlatformSocket {
  private readonly ws: InstanceType<PlatformWebSocket>;
  private looking: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly instance: Instance, private readonly conn: number, Socket: PlatformWebSocket, url: string, protocols: string[]) {
    const ws = (this.ws = new Socket(url, protocols));
    ws.binaryType = "arraybuffer";
    ws.onopen = () => instance.event("golws_ws_opened", conn, ws.protocol);
    ws.onmessage = (e) => instance.message(conn, typeof e.data === "string" ? e.data : new Uint8Array(e.data as ArrayBuffer));
    ws.onclose = (e) => {
      clearTimeout(this.looking);
      instance.socketClosed(conn, e.code, e.reason, e.wasClean);
    };
  }

  get protocol(): string { return this.ws.protocol; }
  get extensions(): string { return this.ws.extensions; }
  get queued(): number { return this.ws.bufferedAmount; }

  /** 0, 1 where writable will be told, -1 where it is broken. */
  send(data: string | Uint8Array): number {
    this.ws.send(data);
    if (this.ws.bufferedAmount < HIGH) return 0;
    this.look();
    return 1;
  }

  private look(): void {
    if (this.looking !== undefined) return;
    this.looking = setTimeout(() => {
      this.looking = undefined;
      if (this.ws.bufferedAmount > LOW) this.look();
      else this.instance.event("golws_conn_writable", this.conn);
    }, LOOK_MS);
  }

  close(code: number, reason: string): void {
    // a page may say 1000 and 3000 to 4999 only; what else the module has to say is told as an ordinary end
    if (code === 1000 || (code >= 3000 && code <= 4999)) this.ws.close(code, reason);
    else this.ws.close();
  }

  /** The module is not interested any more. */
  abandon(): void {
    clearTimeout(this.looking);
    this.ws.onopen = this.ws.onmessage = this.ws.onclose = null;
    this.ws.close();
  }
}
