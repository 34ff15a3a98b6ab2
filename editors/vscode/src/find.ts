// Finds the dlint executable: a setting, the selected Python environment, an environment in the workspace, PATH.

import { accessSync, constants, statSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

/** The command of the server, and where it was found, for the log and the status item. */
export interface Found {
  command: string;
  args: string[];
  from: string;
}

/** Facts about the machine and the workspace. */
export interface Surroundings {
  setting: string;
  trusted: boolean;
  folders: string[];
  /** The interpreter selected in the Python extension; empty if there is none. */
  python: string;
  path: string;
  platform: NodeJS.Platform;
  isProgram(path: string): boolean;
}

const ENVIRONMENTS = [".venv", "venv", "env"];

/** The first dlint found, or an error message. */
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
    const adjacent = found(join(dirname(around.python), name), "the selected Python environment");
    if (adjacent) {
      return adjacent;
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
  for (const directory of around.path.split(delimiter)) {
    // A relative directory on PATH would be one in the workspace.
    const there =
      directory.startsWith("/") || /^[A-Za-z]:/.test(directory) ? found(join(directory, name), "PATH") : undefined;
    if (there) {
      return there;
    }
  }
  return "the dlint executable was not found; install it with: pip install 'dockerfile-dlint[server]'";
}

function expanded(setting: string, folders: string[]): string {
  return setting.replace(/\$\{workspaceFolder\}/g, folders[0] ?? "").replace(/^~(?=[/\\])/, process.env.HOME ?? "~");
}

/** Whether the path is an executable file. */
export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
