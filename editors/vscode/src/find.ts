// Where dlint is: a setting, the selected Python environment, an environment in the workspace, PATH.

import { accessSync, constants, statSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

/** How the server is started, and where it was found, for the log and the status item. */
export interface Found {
  command: string;
  args: string[];
  from: string;
}

/** What is known of the machine and the workspace. */
export interface Surroundings {
  setting: string;
  trusted: boolean;
  folders: string[];
  /** The interpreter that the Python extension has selected; empty without one. */
  python: string;
  path: string;
  platform: NodeJS.Platform;
  isProgram(path: string): boolean;
}

const ENVIRONMENTS = [".venv", "venv", "env"];

/** The first dlint that there is, or what to tell the user. */
export function find(around: Surroundings): Found | string {
  const name = around.platform === "win32" ? "dlint.exe" : "dlint";
  const bin = around.platform === "win32" ? "Scripts" : "bin";
  const found = (path: string, from: string): Found | undefined =>
    around.isProgram(path) ? { command: path, args: ["server"], from } : undefined;

  if (around.setting !== "" && around.trusted) {
    const path = expanded(around.setting, around.folders);
    return found(path, "the setting dlint.path") ?? `dlint.path is ${path}, which is not an executable file`;
  }
  if (around.python !== "" && around.trusted) {
    const beside = found(join(dirname(around.python), name), "the selected Python environment");
    if (beside) {
      return beside;
    }
  }
  for (const folder of around.trusted ? around.folders : []) {
    for (const environment of ENVIRONMENTS) {
      const inside = found(join(folder, environment, bin, name), `${environment} of the workspace`);
      if (inside) {
        return inside;
      }
    }
  }
  for (const folder of around.path.split(delimiter)) {
    // A relative folder on PATH would mean one of the workspace.
    const there = folder.startsWith("/") || /^[A-Za-z]:/.test(folder) ? found(join(folder, name), "PATH") : undefined;
    if (there) {
      return there;
    }
  }
  return "the dlint executable was not found; install it with: pip install 'dockerfile-dlint[server]'";
}

function expanded(setting: string, folders: string[]): string {
  return setting.replace(/\$\{workspaceFolder\}/g, folders[0] ?? "").replace(/^~(?=[/\\])/, process.env.HOME ?? "~");
}

/** Whether a file is there that may be run. */
export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
