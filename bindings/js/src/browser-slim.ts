import { setup } from "./init.js";
import { get, platform } from "./browser/platform.js";

setup(platform, get);

export * from "./index.js";
