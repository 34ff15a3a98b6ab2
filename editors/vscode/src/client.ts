// The language client, the only module that uses vscode-languageclient.

import * as vscode from "vscode";
import {
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  type ServerOptions,
  State,
} from "vscode-languageclient/node";

import type { Found } from "./find";

/** The running server, as the extension uses it. */
export interface Server {
  start(): Promise<void>;
  stop(): Promise<void>;
  command(name: string, args: unknown[]): Promise<unknown>;
  onState(listener: (running: boolean) => void): vscode.Disposable;
}

/** A server for all Dockerfiles of the window. */
export function serve(found: Found, log: vscode.OutputChannel): Server {
  const run: ServerOptions = { command: found.command, args: found.args };
  const options: LanguageClientOptions = {
    documentSelector: [{ language: "dockerfile", scheme: "file" }, { language: "dockerfile", scheme: "untitled" }],
    synchronize: { configurationSection: "dlint" },
    initializationOptions: vscode.workspace.getConfiguration("dlint"),
    outputChannel: log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
  };
  const client = new LanguageClient("dlint", "dlint", run, options);
  return {
    start: () => client.start(),
    stop: () => client.stop(5000),
    command: (command, args) => client.sendRequest("workspace/executeCommand", { command, arguments: args }),
    onState: (listener) => client.onDidChangeState((change) => listener(change.newState === State.Running)),
  };
}
