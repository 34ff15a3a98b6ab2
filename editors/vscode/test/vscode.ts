// A double of the module `vscode`: as much of it as the extension uses, and a memory of what was done.

type Listener = (event: any) => void;

export const done: { [what: string]: any[] } = {};
function note(what: string, value: any): void {
  (done[what] ??= []).push(value);
}

/** Set by tests: settings, answers of dialogs, what is open. */
export const world = {
  settings: {} as Record<string, unknown>,
  answers: [] as (string | undefined)[],
  commands: new Map<string, (...args: any[]) => any>(),
  listeners: { configuration: [] as Listener[], trust: [] as Listener[] },
  extension: undefined as any,
  trusted: true,
  editor: undefined as any,
  folders: [] as { uri: Uri }[],
};

export function reset(): void {
  for (const key of Object.keys(done)) {
    delete done[key];
  }
  world.settings = {};
  world.answers = [];
  world.commands.clear();
  world.listeners = { configuration: [], trust: [] };
  world.extension = undefined;
  world.trusted = true;
  world.editor = undefined;
  world.folders = [];
}

const disposable = (dispose: () => void = () => undefined) => ({ dispose });

export class Uri {
  constructor(
    readonly scheme: string,
    readonly path: string,
    readonly query = "",
  ) {}
  static file(path: string): Uri {
    return new Uri("file", path);
  }
  get fsPath(): string {
    return this.path;
  }
  with(change: { scheme?: string; query?: string }): Uri {
    return new Uri(change.scheme ?? this.scheme, this.path, change.query ?? this.query);
  }
  toString(): string {
    return `${this.scheme}://${this.path}${this.query ? `?${this.query}` : ""}`;
  }
}

export class Position {
  constructor(
    readonly line: number,
    readonly character: number,
  ) {}
}

export class Range {
  constructor(
    readonly start: Position,
    readonly end: Position,
  ) {}
}

export class WorkspaceEdit {
  readonly made: any[] = [];
  replace(uri: Uri, range: Range, text: string): void {
    this.made.push({ uri: uri.toString(), range, text });
  }
  createFile(uri: Uri, options: { contents?: Uint8Array }): void {
    this.made.push({ create: uri.fsPath, text: new TextDecoder().decode(options.contents) });
  }
}

export enum LanguageStatusSeverity {
  Information = 0,
  Warning = 1,
  Error = 2,
}

function message(kind: string) {
  return async (text: string, ..._choices: string[]) => {
    note(kind, text);
    return world.answers.shift();
  };
}

export const window = {
  get activeTextEditor() {
    return world.editor;
  },
  createOutputChannel: (name: string) => ({
    name,
    appendLine: (line: string) => note("log", line),
    show: () => note("shown", name),
    dispose: () => note("disposed", name),
  }),
  showErrorMessage: message("error"),
  showWarningMessage: message("warning"),
  showInformationMessage: message("information"),
  showInputBox: async () => world.answers.shift(),
  showTextDocument: async (document: any) => note("opened", document),
  setStatusBarMessage: (text: string) => note("bar", text),
};

export const languages = {
  createLanguageStatusItem: (id: string) => {
    const item = { id, text: "", detail: "", severity: 0, busy: false, dispose: () => undefined };
    note("status", item);
    return item;
  },
};

export const commands = {
  registerCommand: (name: string, run: (...args: any[]) => any) => {
    if (world.commands.has(name)) {
      throw new Error(`command '${name}' already exists`);
    }
    world.commands.set(name, run);
    return disposable(() => world.commands.delete(name));
  },
  executeCommand: async (name: string, ...args: any[]) => {
    note("executed", [name, ...args]);
    return world.commands.get(name)?.(...args);
  },
};

export const workspace = {
  get isTrusted() {
    return world.trusted;
  },
  get workspaceFolders() {
    return world.folders;
  },
  getConfiguration: (section: string) => ({
    get: (key: string, fallback: unknown) => world.settings[`${section}.${key}`] ?? fallback,
  }),
  onDidChangeConfiguration: (listener: Listener) => {
    world.listeners.configuration.push(listener);
    return disposable();
  },
  onDidGrantWorkspaceTrust: (listener: Listener) => {
    world.listeners.trust.push(listener);
    return disposable();
  },
  registerTextDocumentContentProvider: (scheme: string, provider: any) => {
    note("provider", [scheme, provider]);
    return disposable();
  },
  openTextDocument: async (options: any) => options,
  applyEdit: async (edit: WorkspaceEdit) => {
    note("applied", edit.made);
    return true;
  },
};

export const extensions = { getExtension: (_id: string) => world.extension };

/** A document as an editor has it. */
export function document(text: string, languageId = "dockerfile", path = "/project/Dockerfile") {
  return {
    uri: Uri.file(path),
    languageId,
    version: 1,
    getText: () => text,
    positionAt: (offset: number) => {
      const before = text.slice(0, offset).split("\n");
      return new Position(before.length - 1, before[before.length - 1]!.length);
    },
  };
}
