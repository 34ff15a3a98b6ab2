// dlint in VS Code: finds dlint, keeps its server running, and offers its commands.

import * as vscode from "vscode";

import { type Server, serve } from "./client";
import { find, isProgram } from "./find";
import { preview, Previews, type Rewritten, SCHEME } from "./preview";

let running: Extension | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  running = new Extension();
  context.subscriptions.push(running);
  await running.start();
}

export async function deactivate(): Promise<void> {
  await running?.stop();
  running = undefined;
}

class Extension implements vscode.Disposable {
  private readonly log = vscode.window.createOutputChannel("dlint");
  private readonly status = vscode.languages.createLanguageStatusItem("dlint", { language: "dockerfile" });
  private readonly previews = new Previews();
  private readonly disposables: vscode.Disposable[] = [this.log, this.status];
  private server: Server | undefined;
  private busy: Promise<void> = Promise.resolve();

  constructor() {
    const command = (name: string, run: (...args: unknown[]) => unknown) =>
      this.disposables.push(vscode.commands.registerCommand(name, run));
    command("dlint.fixAll", () => this.onServer((server, document) => fixAll(server, document, false)));
    command("dlint.fixAllUnsafe", () => this.onServer((server, document) => this.fixUnsafe(server, document)));
    command("dlint.optimize", () => this.onServer((server, document) => this.optimize(server, document)));
    command("dlint.explain", (code) => this.explain(code));
    command("dlint.restart", () => this.restart());
    command("dlint.showLog", () => this.log.show());
    this.disposables.push(
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this.previews),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration("dlint.path") || change.affectsConfiguration("dlint.enable")) {
          void this.restart();
        }
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => void this.restart()),
    );
    this.status.name = "dlint";
    this.status.command = { command: "dlint.showLog", title: "Log" };
  }

  /** Start and stop take turns: two quick restarts leave one server. */
  private next(job: () => Promise<void>): Promise<void> {
    this.busy = this.busy.then(job, job);
    return this.busy;
  }

  start(): Promise<void> {
    return this.next(() => this.run());
  }

  stop(): Promise<void> {
    return this.next(() => this.end());
  }

  restart(): Promise<void> {
    return this.next(async () => {
      await this.end();
      await this.run();
    });
  }

  private async run(): Promise<void> {
    const settings = vscode.workspace.getConfiguration("dlint");
    if (!settings.get<boolean>("enable", true)) {
      this.showStatus("off", vscode.LanguageStatusSeverity.Information);
      return;
    }
    const found = find({
      setting: settings.get<string>("path", ""),
      trusted: vscode.workspace.isTrusted,
      folders: (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath),
      python: await interpreter(),
      path: process.env.PATH ?? "",
      platform: process.platform,
      isProgram,
    });
    if (typeof found === "string") {
      this.showStatus("not found", vscode.LanguageStatusSeverity.Error, found);
      void this.offerHelp(found);
      return;
    }
    this.log.appendLine(`dlint from ${found.from}: ${found.command}`);
    this.showStatus("starting", vscode.LanguageStatusSeverity.Information, found.command, true);
    const server = serve(found, this.log);
    this.disposables.push(
      server.onState((up) => {
        if (server === this.server) {
          this.showStatus(up ? "running" : "stopped", up ? 0 : 2, found.command);
        }
      }),
    );
    this.server = server;
    try {
      await server.start();
      this.showStatus("running", vscode.LanguageStatusSeverity.Information, found.command);
    } catch (error) {
      this.server = undefined;
      this.log.appendLine(String(error));
      this.showStatus("failed", vscode.LanguageStatusSeverity.Error, String(error));
      void this.offerHelp("the server could not be started; check that it is installed with: pip install 'dockerfile-dlint[server]'");
    }
  }

  private async end(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    try {
      await server?.stop();
    } catch (error) {
      this.log.appendLine(`the server did not stop: ${String(error)}`);
    }
  }

  private showStatus(text: string, severity: vscode.LanguageStatusSeverity, detail = "", busy = false): void {
    this.status.text = `dlint: ${text}`;
    this.status.detail = detail;
    this.status.severity = severity;
    this.status.busy = busy;
  }

  private async offerHelp(text: string): Promise<void> {
    const answer = await vscode.window.showErrorMessage(`dlint: ${text}`, "Settings", "Log");
    if (answer === "Settings") {
      await vscode.commands.executeCommand("workbench.action.openSettings", "dlint.path");
    } else if (answer === "Log") {
      this.log.show();
    }
  }

  private async onServer(
    job: (server: Server, document: vscode.TextDocument) => Promise<void>,
  ): Promise<void> {
    const document = vscode.window.activeTextEditor?.document;
    if (this.server === undefined || document?.languageId !== "dockerfile") {
      await vscode.window.showWarningMessage(
        this.server === undefined ? "dlint: the server is not running" : "dlint: the active file is not a Dockerfile",
      );
      return;
    }
    try {
      await job(this.server, document);
    } catch (error) {
      this.log.appendLine(String(error));
      await vscode.window.showErrorMessage(`dlint: ${String(error)}`);
    }
  }

  private async fixUnsafe(server: Server, document: vscode.TextDocument): Promise<void> {
    const answer = await server.command("dlint.server.fixed", [document.uri.toString(), true]);
    await preview(this.previews, document, answer as Rewritten, "Fix All, Including Unsafe Fixes");
  }

  private async optimize(server: Server, document: vscode.TextDocument): Promise<void> {
    const answer = await server.command("dlint.server.rewritten", [document.uri.toString()]);
    await preview(this.previews, document, answer as Rewritten, "Optimize Dockerfile");
  }

  private async explain(code: unknown): Promise<void> {
    const wanted = typeof code === "string" ? code : await vscode.window.showInputBox({ prompt: "Rule code" });
    const page = wanted ? await this.server?.command("dlint.server.explain", [wanted]) : undefined;
    if (typeof page === "string") {
      const document = await vscode.workspace.openTextDocument({ language: "markdown", content: page });
      await vscode.window.showTextDocument(document, { preview: true });
    } else if (wanted) {
      await vscode.window.showWarningMessage(`dlint: unknown rule ${wanted}`);
    }
  }

  dispose(): void {
    for (const each of this.disposables) {
      each.dispose();
    }
  }
}

async function fixAll(server: Server, document: vscode.TextDocument, unsafe: boolean): Promise<void> {
  const name = unsafe ? "dlint.server.fixAllUnsafe" : "dlint.server.fixAll";
  const answer = (await server.command(name, [document.uri.toString()])) as { applied: boolean; reason?: string };
  if (!answer.applied) {
    vscode.window.setStatusBarMessage(`dlint: ${answer.reason ?? "nothing changed"}`, 4000);
  }
}

/** The interpreter selected in the Python extension; empty if there is none. */
async function interpreter(): Promise<string> {
  const python = vscode.extensions.getExtension("ms-python.python");
  if (python === undefined) {
    return "";
  }
  try {
    const api = python.isActive ? python.exports : await python.activate();
    const path: unknown = api?.environments?.getActiveEnvironmentPath?.()?.path;
    return typeof path === "string" ? path : "";
  } catch {
    return "";
  }
}
