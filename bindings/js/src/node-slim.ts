import { setup } from "./init.js";
import { get, platform } from "./node/platform.js";

setup(platform, get);

export * from "./index.js";
export { serve, type ListenOptions, type ListeningServer } from "./node/serve.js";
