// Where things are that the tests use.
import { fileURLToPath } from "node:url";
import { existsSync } from "node:fs";

export const root = fileURLToPath(new URL("../../../", import.meta.url));
export const out = `${root}build/out/`;
export const demoServer = `${out}examples/demo-server`;
export const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((p) => existsSync(p));
