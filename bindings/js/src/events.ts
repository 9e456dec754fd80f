// Node's own MessageEvent is slow to make, and CloseEvent is missing before Node 23; a page gets its platform's.
const native = typeof (globalThis as any).document === "object" || typeof (globalThis as any).WorkerGlobalScope === "function"
  ? globalThis as any : undefined;

/** A message: `data` is a string, or as `binaryType` says. */
export interface MessageEvent extends Event {
  readonly data: any;
  readonly origin: string;
  readonly lastEventId: string;
  readonly ports: readonly any[];
}

export interface CloseEvent extends Event {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

export interface ErrorEvent extends Event {
  readonly message: string;
  readonly error: unknown;
}

class LightMessageEvent extends Event implements MessageEvent {
  readonly lastEventId = "";
  readonly ports: readonly any[] = [];
  constructor(readonly data: any, readonly origin: string, private readonly owner: EventTarget) { super("message"); }
  override get target(): EventTarget { return this.owner; }
  override get currentTarget(): EventTarget { return this.owner; }
}

class LightCloseEvent extends Event implements CloseEvent {
  constructor(readonly code: number, readonly reason: string, readonly wasClean: boolean) { super("close"); }
}

class LightErrorEvent extends Event implements ErrorEvent {
  constructor(readonly message: string, readonly error: unknown) { super("error"); }
}

/** Events of the light kind may be given to a handler without being dispatched. */
export const light = native === undefined;

export function messageEvent(data: any, origin: string, owner: EventTarget): MessageEvent {
  return native ? new native.MessageEvent("message", { data, origin }) : new LightMessageEvent(data, origin, owner);
}

export function closeEvent(code: number, reason: string, wasClean: boolean): CloseEvent {
  return native ? new native.CloseEvent("close", { code, reason, wasClean }) : new LightCloseEvent(code, reason, wasClean);
}

export function errorEvent(message: string, error: unknown): ErrorEvent {
  return native ? new native.ErrorEvent("error", { message, error }) : new LightErrorEvent(message, error);
}
