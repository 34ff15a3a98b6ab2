import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import test from "node:test";

import { activate } from "../src/extension";
import { world } from "./vscode";

const manifest = JSON.parse(readFileSync("package.json", "utf-8"));

test("every command of the manifest is there, and no other", async () => {
  world.settings["dlint.enable"] = false;
  await activate({ subscriptions: [] } as any);
  const declared = manifest.contributes.commands.map((each: any) => each.command).sort();
  assert.deepEqual([...world.commands.keys()].sort(), declared);
});

test("every setting has a type, a default and a description", () => {
  for (const [key, schema] of Object.entries<any>(manifest.contributes.configuration.properties)) {
    assert.match(key, /^dlint\./);
    assert.ok(schema.type && "default" in schema, key);
    assert.ok(schema.description || schema.markdownDescription, key);
  }
});

test("the bundle needs nothing but vscode and node", () => {
  const bundle = readFileSync("dist/extension.js", "utf-8");
  const builtin = new Set(["assert", "child_process", "crypto", "fs", "net", "os", "path", "stream", "url", "util"]);
  for (const match of bundle.matchAll(/require\("([^"]+)"\)/g)) {
    const name = match[1]!.replace(/^node:/, "");
    assert.ok(name === "vscode" || builtin.has(name), name);
  }
});

test("the package holds what is needed, and nothing else", () => {
  const listed = execFileSync("node_modules/.bin/vsce", ["ls", "--no-dependencies"], { encoding: "utf-8" });
  assert.deepEqual(listed.trim().split("\n").sort(), [
    "LICENSE",
    "README.md",
    "dist/extension.js",
    "dist/third-party.txt",
    "package.json",
  ]);
});
