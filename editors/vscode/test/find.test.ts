import assert from "node:assert/strict";
import test from "node:test";

import { find, type Surroundings } from "../src/find";

function around(programs: string[], change: Partial<Surroundings> = {}): Surroundings {
  return {
    setting: "",
    trusted: true,
    folders: ["/project"],
    python: "",
    path: "/usr/local/bin:/usr/bin",
    platform: "linux",
    isProgram: (path) => programs.includes(path),
    ...change,
  };
}

const command = (found: ReturnType<typeof find>) => (typeof found === "string" ? found : found.command);
const everywhere = ["/own/dlint", "/env/bin/dlint", "/project/.venv/bin/dlint", "/usr/bin/dlint"];

test("the setting comes first, then the interpreter, the workspace, PATH", () => {
  assert.equal(command(find(around(everywhere, { setting: "/own/dlint", python: "/env/bin/python" }))), "/own/dlint");
  assert.equal(command(find(around(everywhere, { python: "/env/bin/python" }))), "/env/bin/dlint");
  assert.equal(command(find(around(everywhere))), "/project/.venv/bin/dlint");
  assert.equal(command(find(around(["/usr/bin/dlint"]))), "/usr/bin/dlint");
});

test("a setting that leads nowhere is told, and nothing else is run", () => {
  assert.match(command(find(around(everywhere, { setting: "/nowhere/dlint" }))), /\/nowhere\/dlint, which is not an executable file/);
});

test("the setting may name the workspace", () => {
  const setting = "${workspaceFolder}/.venv/bin/dlint";
  assert.equal(command(find(around(everywhere, { setting }))), "/project/.venv/bin/dlint");
});

test("nothing of a workspace that is not trusted is run", () => {
  const change = { trusted: false, setting: "/project/evil", python: "/project/.venv/bin/python" };
  assert.equal(command(find(around([...everywhere, "/project/evil"], change))), "/usr/bin/dlint");
  assert.match(command(find(around(["bin/dlint"], { path: "bin:.", trusted: false }))), /not found/);
});

test("without any it says what to install", () => {
  assert.match(command(find(around([]))), /pip install 'dockerfile-dlint\[server\]'/);
});
