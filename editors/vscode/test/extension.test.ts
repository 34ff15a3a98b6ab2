import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { beforeEach } from "node:test";

import { activate, deactivate } from "../src/extension";
import { plan, servers } from "./client";
import * as vscode from "./vscode";

const { done, world } = vscode;

function program(): string {
  const path = join(mkdtempSync(join(tmpdir(), "dlint-")), "dlint");
  writeFileSync(path, "#!/bin/sh\n");
  chmodSync(path, 0o755);
  return path;
}

async function begin(): Promise<void> {
  await activate({ subscriptions: [] } as any);
}

const status = () => done.status![0];

beforeEach(async () => {
  await deactivate();
  vscode.reset();
  servers.length = 0;
  plan.fails = false;
  plan.answers = {};
  world.settings["dlint.path"] = program();
});

test("the server is started from the setting and shown", async () => {
  await begin();
  assert.equal(servers.length, 1);
  assert.equal(servers[0]!.found.command, world.settings["dlint.path"]);
  assert.deepEqual(servers[0]!.found.args, ["server"]);
  assert.equal(status().text, "dlint: running");
  await deactivate();
  assert.equal(servers[0]!.state, "stopped");
});

test("it can be switched off", async () => {
  world.settings["dlint.enable"] = false;
  await begin();
  assert.equal(servers.length, 0);
  assert.equal(status().text, "dlint: off");
});

test("what is not found is told, with a way to the settings", async () => {
  world.settings["dlint.path"] = "/nowhere";
  world.answers = ["Settings"];
  await begin();
  await new Promise(setImmediate);
  assert.match(done.error![0], /\/nowhere, which is not an executable file/);
  assert.deepEqual(done.executed![0], ["workbench.action.openSettings", "dlint.path"]);
  assert.equal(status().severity, vscode.LanguageStatusSeverity.Error);
});

test("a server that does not start is told", async () => {
  plan.fails = true;
  await begin();
  assert.equal(status().text, "dlint: failed");
  assert.ok(done.log!.some((line) => line.includes("it does not start")));
});

test("restarts take turns and leave one server", async () => {
  await begin();
  await Promise.all([world.commands.get("dlint.restart")!(), world.commands.get("dlint.restart")!()]);
  assert.deepEqual(servers.map((server) => server.state), ["stopped", "stopped", "running"]);
  const change = { affectsConfiguration: (key: string) => key === "dlint.path" };
  world.listeners.configuration[0]!(change);
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  assert.equal(servers.length, 4);
});

test("a server that stops is shown, an old one is not", async () => {
  await begin();
  await world.commands.get("dlint.restart")!();
  servers[0]!.change(false);
  assert.equal(status().text, "dlint: running");
  servers[1]!.change(false);
  assert.equal(status().text, "dlint: stopped");
});

test("fix all is done by the server", async () => {
  await begin();
  world.editor = { document: vscode.document("FROM a\n") };
  plan.answers["dlint.server.fixAll"] = { applied: false, reason: "there is nothing to do" };
  await world.commands.get("dlint.fixAll")!();
  assert.deepEqual(servers[0]!.calls, [["dlint.server.fixAll", ["file:///project/Dockerfile"]]]);
  assert.deepEqual(done.bar, ["dlint: there is nothing to do"]);
});

test("commands are for Dockerfiles", async () => {
  await begin();
  world.editor = { document: vscode.document("x", "markdown") };
  await world.commands.get("dlint.optimize")!();
  assert.deepEqual(servers[0]!.calls, []);
  assert.deepEqual(done.warning, ["dlint: the active file is not a Dockerfile"]);
});

const REWRITTEN = {
  text: "FROM a AS build\nFROM b\n",
  changed: true,
  refused: ["Use a slimmer base image: why"],
  ignore: { path: "/project/.dockerignore", text: ".git\n" },
};

test("a rewrite is shown, asked for and applied", async () => {
  await begin();
  world.editor = { document: vscode.document("FROM a\nRUN x\n") };
  plan.answers["dlint.server.rewritten"] = REWRITTEN;
  world.answers = ["Apply"];
  await world.commands.get("dlint.optimize")!();
  const [name, left, right] = done.executed![0];
  assert.equal(name, "vscode.diff");
  assert.equal(left.toString(), "file:///project/Dockerfile");
  assert.equal(right.scheme, "dlint-preview");
  assert.match(done.information![0], /also writes \/project\/\.dockerignore.*Skipped: Use a slimmer base image: why/);
  assert.equal(done.applied![0][0].text, REWRITTEN.text);
  assert.equal(done.applied![0][0].range.end.line, 2);
  assert.deepEqual(done.applied![0][1], { create: "/project/.dockerignore", text: ".git\n" });
});

test("the preview shows the text of the rewrite", async () => {
  await begin();
  const [scheme, provider] = done.provider![0];
  assert.equal(scheme, "dlint-preview");
  const shown = provider.show(vscode.Uri.file("/x"), "text");
  assert.equal(provider.provideTextDocumentContent(shown), "text");
  provider.forget(shown);
  assert.equal(provider.provideTextDocumentContent(shown), "");
});

test("without a yes, or with another text meanwhile, nothing is applied", async () => {
  await begin();
  const document = vscode.document("FROM a\n");
  world.editor = { document };
  plan.answers["dlint.server.rewritten"] = REWRITTEN;
  world.answers = [undefined];
  await world.commands.get("dlint.optimize")!();
  assert.equal(done.applied, undefined);
  plan.answers["dlint.server.fixed"] = { ...REWRITTEN, get refused() {
    document.version += 1;
    return [];
  } };
  world.answers = ["Apply"];
  document.version = 1;
  const asked = world.commands.get("dlint.fixAllUnsafe")!();
  await asked;
  assert.equal(servers[0]!.calls.at(-1)![0], "dlint.server.fixed");
});

test("nothing to do is said with the reasons", async () => {
  await begin();
  world.editor = { document: vscode.document("FROM a\n") };
  plan.answers["dlint.server.rewritten"] = { text: "FROM a\n", changed: false, refused: ["why not"], ignore: null };
  await world.commands.get("dlint.optimize")!();
  assert.deepEqual(done.information, ["dlint: nothing to change. Skipped: why not"]);
});

test("a rule is explained in a document", async () => {
  await begin();
  plan.answers["dlint.server.explain"] = "# DL3008";
  await world.commands.get("dlint.explain")!("DL3008");
  assert.deepEqual(done.opened, [{ language: "markdown", content: "# DL3008" }]);
});

test("the interpreter of the Python extension is looked at", async () => {
  const path = world.settings["dlint.path"] as string;
  world.settings["dlint.path"] = "";
  world.extension = {
    isActive: false,
    activate: async () => ({
      environments: { getActiveEnvironmentPath: () => ({ path: path.replace(/dlint$/, "python") }) },
    }),
  };
  await begin();
  assert.equal(servers[0]!.found.command, path);
  assert.equal(servers[0]!.found.from, "the selected Python environment");
});
