import packed from "golws-wasm-base64";
import { inflate } from "./inflate.js";
import { setup } from "./init.js";
import { get, platform } from "./node/platform.js";

setup(platform, get, () => inflate(packed));

export * from "./index.js";
export { serve, type ListenOptions, type ListeningServer } from "./node/serve.js";
