import packed from "golws-wasm-base64";
import { inflate } from "./inflate.js";
import { setup } from "./init.js";
import { get, platform } from "./browser/platform.js";

setup(platform, get, () => inflate(packed));

export * from "./index.js";
