import { setup } from "./init.js";
import { get, platform } from "./browser/platform.js";

// bundlers look for exactly this, and take the file along
setup(platform, get, () => new URL("./lws.wasm", import.meta.url));

export * from "./index.js";
