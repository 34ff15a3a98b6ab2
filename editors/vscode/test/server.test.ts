// The real server, through the protocol library of the extension. Needs dlint: DLINT=/path/to/dlint npm test

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";

import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from "vscode-jsonrpc/node";

const program = process.env.DLINT;

test("the server answers", { skip: program ? false : "DLINT is not set to the program dlint" }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "dlint-"));
  const server = spawn(program!, ["server"], { stdio: ["pipe", "pipe", "inherit"] });
  const connection = createMessageConnection(new StreamMessageReader(server.stdout), new StreamMessageWriter(server.stdin));
  const published = new Promise<any>((resolve) =>
    connection.onNotification("textDocument/publishDiagnostics", resolve),
  );
  connection.listen();
  const rootUri = pathToFileURL(folder).toString();
  const answer: any = await connection.sendRequest("initialize", { processId: process.pid, rootUri, capabilities: {} });
  assert.equal(answer.serverInfo.name, "dlint");
  // The commands that the extension sends.
  for (const name of ["fixAll", "fixed", "rewritten", "explain"]) {
    assert.ok(answer.capabilities.executeCommandProvider.commands.includes(`dlint.server.${name}`), name);
  }
  await connection.sendNotification("initialized", {});
  const uri = `${rootUri}/Dockerfile`;
  await connection.sendNotification("textDocument/didOpen", {
    textDocument: { uri, languageId: "dockerfile", version: 1, text: "FROM debian:12\nrun make\n" },
  });
  const { diagnostics } = await published;
  assert.ok(diagnostics.some((each: any) => each.code === "BK004"));
  const ended = new Promise((resolve) => server.on("exit", resolve));
  await connection.sendRequest("shutdown");
  await connection.sendNotification("exit");
  assert.equal(await ended, 0);
  connection.dispose();
});
