const waiting: (() => void)[] = [];
let channel: MessageChannel | undefined;

/** Runs f from the platform's loop, behind what it has to do already. */
export const soon: (f: () => void) => void = typeof setImmediate === "function" ? (f) => { setImmediate(f); }
  // a message to oneself comes sooner than a timer, which pages hold back when it is set over and over
  : typeof MessageChannel === "function" ? (f) => {
    if (!channel) {
      channel = new MessageChannel();
      channel.port1.onmessage = () => waiting.shift()?.();
    }
    waiting.push(f);
    channel.port2.postMessage(0);
  } : (f) => { setTimeout(f, 0); };
