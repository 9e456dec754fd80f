// Builds dist/ from src/ and lws.wasm: build.mjs [LWS.WASM]
import { build } from "esbuild";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
process.chdir(here);
const wasm = process.argv[2] ?? "../../build/out/lws.wasm";
rmSync("dist", { recursive: true, force: true });
mkdirSync("dist");
copyFileSync(wasm, "dist/lws.wasm");
for (const name of ["LICENSE", "NOTICE"]) copyFileSync(`../../${name}`, name);

const inline = {
  name: "inline",
  setup(b) {
    b.onResolve({ filter: /^golws-wasm-base64$/ }, () => ({ path: "lws", namespace: "inline" }));
    b.onLoad({ filter: /.*/, namespace: "inline" }, () => ({
      contents: `export default ${JSON.stringify(gzipSync(readFileSync(wasm), { level: 9 }).toString("base64"))}`,
    }));
  },
};
const base = { bundle: true, target: "es2022", sourcesContent: true, legalComments: "none", plugins: [inline], logLevel: "warning" };
const kinds = ["", "-slim", "-inline"];
for (const kind of kinds) {
  const common = { ...base, sourcemap: kind !== "-inline" };
  const node = { ...common, entryPoints: [`src/node${kind}.ts`], platform: "node" };
  await build({ ...node, format: "esm", outfile: `dist/node${kind}.js` });
  await build({
    ...node, format: "cjs", outfile: `dist/node${kind}.cjs`,
    define: { "import.meta.url": "here" }, banner: { js: 'const here = require("node:url").pathToFileURL(__filename).href;' },
  });
  await build({ ...common, entryPoints: [`src/browser${kind}.ts`], platform: "browser", format: "esm", outfile: `dist/browser${kind}.js` });
}

execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "."], { stdio: "inherit" });
// the same declarations for require(), where TypeScript wants another ending
const types = readdirSync("dist/types", { recursive: true }).filter((f) => f.endsWith(".d.ts"));
for (const f of types) {
  const text = readFileSync(join("dist/types", f), "utf8");
  writeFileSync(join("dist/types", f.replace(/\.d\.ts$/, ".d.cts")), text.replace(/(["'])(\.{1,2}\/[^"']+)\.js\1/g, "$1$2.cjs$1"));
}
