import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL("./types/", import.meta.url)), tsc = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));

function check(files, ...flags) {
  try {
    execFileSync(process.execPath, [tsc, "--ignoreConfig", "--noEmit", "--strict", "--target", "es2022", "--lib", "es2022,dom,dom.iterable,dom.asynciterable", ...flags, ...files],
      { cwd: here, encoding: "utf8", timeout: 120000 });
  } catch (e) {
    throw new Error(e.stdout || e.message);
  }
}

test("types, by import and by require", { timeout: 120000 }, () => check(["esm.mts", "cjs.cts"], "--module", "nodenext", "--types", "node"));
test("types in a page, without those of Node", { timeout: 120000 },
  () => check(["page.mts"], "--module", "esnext", "--moduleResolution", "bundler", "--customConditions", "browser", "--types", ""));
