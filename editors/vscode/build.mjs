// Bundles the extension; with --tests the tests, in which `vscode` and the language client are replaced by doubles.
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { build } from "esbuild";

const tests = process.argv.includes("--tests");
const production = process.argv.includes("--production");

const common = { bundle: true, platform: "node", target: "node18", format: "cjs", sourcemap: !production };

if (tests) {
  rmSync("dist-test", { recursive: true, force: true });
  await build({
    ...common,
    entryPoints: readdirSync("test").filter((name) => name.endsWith(".test.ts")).map((name) => `test/${name}`),
    outdir: "dist-test",
    plugins: [
      {
        name: "doubles",
        setup(builder) {
          builder.onResolve({ filter: /^vscode$/ }, () => ({ path: resolve("test/vscode.ts") }));
          builder.onResolve({ filter: /^\.\/client$/ }, () => ({ path: resolve("test/client.ts") }));
        },
      },
    ],
  });
} else {
  rmSync("dist", { recursive: true, force: true });
  const { metafile } = await build({
    ...common,
    entryPoints: ["src/extension.ts"],
    outfile: "dist/extension.js",
    external: ["vscode"],
    minify: production,
    metafile: true,
  });
  copyFileSync("../../LICENSE", "LICENSE");
  writeFileSync("dist/third-party.txt", licenses(Object.keys(metafile.inputs)));
}

/** The licenses of the packages that are in the bundle. */
function licenses(inputs) {
  const packages = new Set(inputs.map((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]).filter(Boolean));
  return [...packages]
    .sort()
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf-8"));
      const file = ["LICENSE", "LICENSE.md", "LICENSE.txt", "License.txt", "license"].find((each) =>
        existsSync(`${folder}/${each}`),
      );
      return `${name} ${version} (${license})\n\n${file ? readFileSync(`${folder}/${file}`, "utf-8") : ""}`;
    })
    .join(`\n${"-".repeat(80)}\n\n`);
}
