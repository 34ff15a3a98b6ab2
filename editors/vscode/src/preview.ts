// Shows the diff of a rewrite, and asks for confirmation before it is applied.

import * as vscode from "vscode";

export const SCHEME = "dlint-preview";

/** The result of the server commands `fixed` and `rewritten`. */
export interface Rewritten {
  text: string;
  changed: boolean;
  refused: string[];
  ignore: { path: string; text: string } | null;
}

/** The rewritten texts that diffs show. */
export class Previews implements vscode.TextDocumentContentProvider {
  private readonly texts = new Map<string, string>();

  show(uri: vscode.Uri, text: string): vscode.Uri {
    const shown = uri.with({ scheme: SCHEME, query: String(this.texts.size) });
    this.texts.set(shown.toString(), text);
    return shown;
  }

  forget(uri: vscode.Uri): void {
    this.texts.delete(uri.toString());
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? "";
  }
}

/** Show the diff and, if the user confirms, apply it. Returns whether it was applied. */
export async function preview(
  previews: Previews,
  document: vscode.TextDocument,
  rewritten: Rewritten,
  title: string,
): Promise<boolean> {
  const why = rewritten.refused.length > 0 ? ` Skipped: ${rewritten.refused.join("; ")}` : "";
  if (!rewritten.changed && rewritten.ignore === null) {
    await vscode.window.showInformationMessage(`dlint: nothing to change.${why}`);
    return false;
  }
  const version = document.version;
  const shown = previews.show(document.uri, rewritten.text);
  try {
    await vscode.commands.executeCommand("vscode.diff", document.uri, shown, title, { preview: true });
    const ignore = rewritten.ignore ? ` This also writes ${rewritten.ignore.path}.` : "";
    const answer = await vscode.window.showInformationMessage(`${title}?${ignore}${why}`, "Apply", "Cancel");
    if (answer !== "Apply") {
      return false;
    }
    if (document.version !== version) {
      await vscode.window.showWarningMessage("dlint: the file changed in the meantime; nothing was applied");
      return false;
    }
    return await vscode.workspace.applyEdit(edit(document, rewritten));
  } finally {
    previews.forget(shown);
  }
}

function edit(document: vscode.TextDocument, rewritten: Rewritten): vscode.WorkspaceEdit {
  const made = new vscode.WorkspaceEdit();
  if (rewritten.changed) {
    const end = document.positionAt(document.getText().length);
    made.replace(document.uri, new vscode.Range(new vscode.Position(0, 0), end), rewritten.text);
  }
  if (rewritten.ignore) {
    const uri = vscode.Uri.file(rewritten.ignore.path);
    made.createFile(uri, { overwrite: true, contents: new TextEncoder().encode(rewritten.ignore.text) });
  }
  return made;
}
