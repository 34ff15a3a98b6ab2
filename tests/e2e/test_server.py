"""`dlint server` as an editor meets it: a process, pipes, JSON."""

from __future__ import annotations

import contextlib
import json
import os
import random
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pygls", reason="the extra `server` is not installed")

from bench import server as bench

from .language_client import CAPABILITIES, COMMAND, Buffer, Client, Failed

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("server")]

BAD = """\
# syntax=docker/dockerfile:1
ARG VERSION=12
FROM debian:$VERSION-slim AS Base
WORKDIR /srv
ENV NAME=value OTHER=$NAME
RUN apt-get update && apt-get install git
copy . /srv/app/

FROM base AS final
ARG VERSION
COPY --from=Base --chown=1:1 /srv/app /app
RUN --mount=type=cache,target=/root/.cache echo "$NAME ${VERSION}"
USER app
CMD ["/app/run"]
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    (folder / ".git").mkdir()
    (folder / "app.py").write_text("print()\n")
    (folder / "src").mkdir()
    (folder / "src" / "deep.py").write_text("")
    (folder / "with blanks").write_text("")
    (folder / "Dockerfile").write_text(BAD)
    return folder


@pytest.fixture(scope="module")
def shared_client(project: Path) -> Iterator[Client]:
    with Client([project], options={"shellcheck": False, "inlayHints": True}) as client:
        yield client
        assert client.stop() == 0


@pytest.fixture
def buffer(shared_client: Client, project: Path) -> Iterator[Buffer]:
    opened = Buffer(shared_client, (project / "Dockerfile").as_uri(), BAD)
    yield opened
    shared_client.notify("textDocument/didClose", {"textDocument": opened.identifier})
    shared_client.versions.clear()


def codes(found: list[dict[str, Any]]) -> list[str]:
    return [d["code"] for d in found]


def fresh(path: Path, text: str) -> list[tuple[Any, ...]]:
    """What the command line finds in the text, as if it were the file."""
    command = [sys.executable, "-m", "dockerfile_dlint.lint", "--ignore", "SC", "--format", "json"]
    done = subprocess.run(
        [*command, "--stdin-filename", str(path), "-"],
        input=text.encode(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    found = json.loads(done.stdout)["diagnostics"]
    return [(d["code"], d["message"], d["start"]["line"], d["start"]["column"]) for d in found]


def pushed(found: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [
        (d["code"], d["message"], d["range"]["start"]["line"] + 1, d["range"]["start"]["character"] + 1) for d in found
    ]


PULLS = {
    **CAPABILITIES,
    "workspace": {**CAPABILITIES["workspace"], "diagnostics": {"refreshSupport": True}},
    "textDocument": {**CAPABILITIES["textDocument"], "diagnostic": {}},
}

# Diagnostics --------------------------------------------------------------------------------------------------------


def test_diagnostics_are_those_of_the_command_line(buffer: Buffer, project: Path) -> None:
    found = buffer.settle()
    assert pushed(found) == fresh(project / "Dockerfile", BAD)
    apt = next(d for d in found if d["code"] == "DL3014")
    start = buffer.offset(apt["range"]["start"])
    assert buffer.text[start : buffer.offset(apt["range"]["end"])] == "apt-get install"
    assert (apt["source"], apt["severity"]) == ("dlint", 2)
    page = Path(apt["codeDescription"]["href"].removeprefix("file://"))
    # It is written when no message waits.
    deadline = time.monotonic() + 30
    while not page.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert page.read_text().startswith("# DL3014 apt-yes")


def test_typing_changes_them(buffer: Buffer) -> None:
    assert "BK004" in codes(buffer.settle())
    at = buffer.text.index("copy .")
    buffer.edit(at, at + 4, "COPY")
    assert "BK004" not in codes(buffer.settle())
    buffer.replace("FROM a\nMAINTAINER x\nCMD a\nCMD b\n")
    found = {d["code"]: d for d in buffer.settle()}
    assert found["DL4000"]["tags"] == [2]
    assert found["DL4003"]["tags"] == [1]
    (place,) = found["DL4003"]["relatedInformation"]
    assert place["location"] == {"uri": buffer.uri, "range": buffer.range("CMD b")}
    assert place["message"] == "overrides it"


def test_suppressions_count(buffer: Buffer) -> None:
    buffer.replace("FROM a:1\n# dlint: ignore[DL3014,DL3015,DL3008,DL3009] why\nRUN apt-get install x\n")
    assert not {"DL3014", "DL3015"} & set(codes(buffer.settle()))


BLOCKED = """
import os, sys, time
class Blocked:
    def find_spec(self, name, *_):
        while name == "pygls.lsp" and not os.path.exists({gate!r}):
            time.sleep(0.01)
sys.meta_path.insert(0, Blocked())
from dockerfile_dlint.lint.main import main
sys.exit(main(["server"]))
"""


@pytest.mark.parametrize("pulls", [False, True])
def test_the_first_findings_do_not_wait_for_pygls(project: Path, tmp_path: Path, pulls: bool) -> None:
    gate = tmp_path / "gate"
    command = [sys.executable, "-c", BLOCKED.format(gate=str(gate))]
    capabilities = PULLS if pulls else CAPABILITIES
    with Client([project], command=command, capabilities=capabilities, options={"shellcheck": False}) as client:
        buffer = Buffer(client, (project / "Dockerfile").as_uri(), BAD)
        if pulls:
            found = client.request("textDocument/diagnostic", {"textDocument": buffer.identifier})["items"]
        else:
            found = buffer.settle()
        assert pushed(found) == fresh(project / "Dockerfile", BAD)
        identity = client.begin("textDocument/documentSymbol", {"textDocument": buffer.identifier})
        buffer.edit(0, 0, "# x\n")
        again = client.begin("textDocument/diagnostic", {"textDocument": buffer.identifier})
        gate.touch()
        assert client.answer(identity)
        assert len(client.answer(again)["items"]) == len(found)
        assert client.stop() == 0


def test_the_first_findings_know_the_settings(project: Path) -> None:
    workspace = {**CAPABILITIES["workspace"], "configuration": True}
    settings = {"select": ["DL3014"], "shellcheck": False}
    with Client([project], capabilities={**CAPABILITIES, "workspace": workspace}, settings=settings) as client:
        buffer = Buffer(client, (project / "Dockerfile").as_uri(), BAD)
        assert set(codes(buffer.settle())) == {"DL3014"}
        assert [message["method"] for message in client.asked].count("workspace/configuration") == 1


def test_requests_out_of_place_are_refused(project: Path) -> None:
    with Client([project], start=False) as client:
        with pytest.raises(Failed, match="-32002"):
            client.request("textDocument/hover", {})
        client.initialize([project], None, None)
        client.request("shutdown", None)
        with pytest.raises(Failed, match="-32600"):
            client.request("textDocument/hover", {})
        client.notify("exit", None)
        assert client.process.wait(10) == 0


def test_pull(project: Path) -> None:
    with Client([project], capabilities=PULLS, options={"shellcheck": False}) as client:
        buffer = Buffer(client, (project / "Dockerfile").as_uri(), BAD)
        first = client.request("textDocument/diagnostic", {"textDocument": buffer.identifier})
        assert first["kind"] == "full"
        assert pushed(first["items"]) == fresh(project / "Dockerfile", BAD)
        more = {"textDocument": buffer.identifier, "previousResultId": first["resultId"]}
        assert client.request("textDocument/diagnostic", more)["kind"] == "unchanged"
        buffer.edit(0, 0, "# x\n")
        assert client.request("textDocument/diagnostic", more)["kind"] == "full"
        assert client.diagnostics == {}
        assert client.stop() == 0


def test_unsaved_and_other_documents(shared_client: Client) -> None:
    draft = Buffer(shared_client, "untitled:Untitled-1", "from a\nRUN b\nCOPY c d\n")
    assert "BK004" in codes(draft.settle())
    Buffer(shared_client, "untitled:notes.txt", "from a", language="plaintext")
    shared_client.request("textDocument/documentSymbol", {"textDocument": draft.identifier})
    assert "untitled:notes.txt" not in shared_client.diagnostics


def test_a_changed_ignore_file_counts(shared_client: Client, buffer: Buffer, project: Path) -> None:
    buffer.replace("FROM debian:12-slim\nCOPY app.py /x\n")
    assert "BK019" not in codes(buffer.settle())
    ignore = project / ".dockerignore"
    ignore.write_text("app.py\n")
    try:
        shared_client.diagnostics.pop(buffer.uri)
        changes = {"changes": [{"uri": ignore.as_uri(), "type": 1}]}
        shared_client.notify("workspace/didChangeWatchedFiles", changes)
        while buffer.uri not in shared_client.diagnostics:
            shared_client.pump(10)
        assert "BK019" in codes(shared_client.diagnostics[buffer.uri])
    finally:
        ignore.unlink()
        shared_client.notify("workspace/didChangeWatchedFiles", changes)


def test_a_changed_compose_file_counts(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "context").mkdir()
    for name in ("app.py", "context/app.py"):
        (tmp_path / name).write_text("")
    watching = {"didChangeWatchedFiles": {"dynamicRegistration": True}}
    capabilities = {**CAPABILITIES, "workspace": {**CAPABILITIES["workspace"], **watching}}
    text = "FROM debian:12-slim\nCOPY app.py settings.toml /x/\n"
    (tmp_path / "Dockerfile").write_text(text)
    with Client([tmp_path], capabilities=capabilities, options={"shellcheck": False}) as client:
        buffer = Buffer(client, (tmp_path / "Dockerfile").as_uri(), text)
        (missing,) = [d for d in buffer.settle() if d["code"] == "CTX003"]
        assert f"`{tmp_path}`" in missing["message"]
        compose = tmp_path / "compose.yml"
        compose.write_text("services:\n  app:\n    build: {context: context, dockerfile: ../Dockerfile}\n")
        client.request("textDocument/documentSymbol", {"textDocument": buffer.identifier})
        (asked,) = [each for each in client.asked if each["method"] == "client/registerCapability"]
        patterns = str(asked["params"])
        for name in (".dockerignore", "compose", "dlint.toml", "docker-bake"):
            assert name in patterns
        client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": compose.as_uri(), "type": 1}]})
        while not any(f"`{tmp_path / 'context'}`" in d["message"] for d in client.diagnostics[buffer.uri]):
            client.pump(10)
        assert client.stop() == 0


# Actions ------------------------------------------------------------------------------------------------------------


def actions(buffer: Buffer, at: int, end: int | None = None, only: list[str] | None = None) -> list[dict[str, Any]]:
    where = {"start": buffer.position(at), "end": buffer.position(at if end is None else end)}
    context = {"diagnostics": [], **({"only": only} if only else {})}
    params = {"textDocument": buffer.identifier, "range": where, "context": context}
    return buffer.client.request("textDocument/codeAction", params)


def take(buffer: Buffer, found: list[dict[str, Any]], title: str) -> dict[str, Any]:
    action = next(a for a in found if a["title"].startswith(title))
    assert "edit" not in action
    return buffer.client.request("codeAction/resolve", action)


def test_quick_fix(buffer: Buffer) -> None:
    at = buffer.text.index("apt-get install")
    found = actions(buffer, at, only=["quickfix"])
    assert all(a["kind"] == "quickfix" for a in found)
    fix = take(buffer, found, "Add `-y`")
    assert fix["isPreferred"]
    buffer.apply_workspace(fix["edit"])
    assert "apt-get install -y" in buffer.text
    assert "DL3014" not in codes(buffer.settle())


def test_fix_all_is_safe_and_a_fixed_point(buffer: Buffer, project: Path) -> None:
    found = actions(buffer, 0, only=["source.fixAll"])
    assert [a["kind"] for a in found] == ["source.fixAll.dlint"]
    buffer.apply_workspace(take(buffer, found, "Fix All")["edit"])
    path = project / "other.Dockerfile"
    path.write_text(BAD)
    subprocess.run([*COMMAND[:-1], "check", "--fix", "--ignore", "SC", str(path)], capture_output=True, check=False)
    assert buffer.text == path.read_text()
    path.unlink()
    assert actions(buffer, 0, only=["source.fixAll"]) == []


def test_fix_all_of_a_rule_and_suppress(buffer: Buffer) -> None:
    buffer.replace("FROM debian:12-slim\nRUN apt-get install a=1\nRUN apt-get install b=1\n")
    at = buffer.text.index("apt-get")
    fix = take(buffer, actions(buffer, at), "Fix all 2 DL3014")
    buffer.apply_workspace(fix["edit"])
    assert buffer.text.count("install -y") == 2
    suppress = take(buffer, actions(buffer, buffer.text.index("apt-get")), "Suppress DL3015")
    buffer.apply_workspace(suppress["edit"])
    assert "# dlint: ignore[DL3015] TODO: say why\nRUN apt-get install -y a=1\n" in buffer.text
    left = [d["range"]["start"]["line"] for d in buffer.settle() if d["code"] == "DL3015"]
    assert left == [3]


def test_an_unsafe_fix_is_to_be_confirmed(buffer: Buffer) -> None:
    at = buffer.text.index("apt-get install")
    fix = take(buffer, actions(buffer, at), "Add `--no-install-recommends` (unsafe)")
    assert not fix.get("isPreferred")
    assert [a["needsConfirmation"] for a in fix["edit"]["changeAnnotations"].values()] == [True]
    titles = [a["title"] for a in actions(buffer, at, only=["source.fixAll"])]
    assert titles == ["Fix All (Safe)"]


def test_an_old_action_is_not_applied(buffer: Buffer) -> None:
    action = actions(buffer, buffer.text.index("apt-get install"))[0]
    buffer.edit(0, 0, "# new\n")
    assert "edit" not in buffer.client.request("codeAction/resolve", action)


PYTHON = """\
FROM python:3.12
WORKDIR /app
COPY . .
RUN pip install -r requirements.txt
RUN apt-get update && apt-get install -y gcc
CMD ["python", "app.py"]
"""


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("application")
    (folder / ".git").mkdir()
    (folder / "app.py").write_text("import flask\n")
    (folder / "requirements.txt").write_text("flask==3.0.0\n")
    return folder


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Merge RUN instructions and remove", "rm -rf /var/lib/apt/lists/*"),
        ("Convert to a multi-stage build", "FROM python:3.12-slim\nWORKDIR /app\n"),
        ("Reorder steps", "COPY requirements.txt ./\nRUN pip install -r requirements.txt\n"),
        ("Use cache mounts", "RUN --mount=type=cache,target=/root/.cache/pip"),
        ("Optimize", "FROM python:3.12-slim\n"),
    ],
)
def test_rewrites_are_refactorings(shared_client: Client, application: Path, title: str, expected: str) -> None:
    buffer = Buffer(shared_client, (application / "Dockerfile").as_uri(), PYTHON)
    action = take(buffer, actions(buffer, 0, only=["refactor"]), title)
    assert action["kind"] == "refactor.rewrite"
    assert [a["needsConfirmation"] for a in action["edit"]["changeAnnotations"].values()] == [True]
    buffer.apply_workspace(action["edit"])
    assert expected in buffer.text
    assert "SYN" not in "".join(codes(buffer.settle()))


def test_an_ignore_file_is_written(shared_client: Client, application: Path) -> None:
    buffer = Buffer(shared_client, (application / "Dockerfile").as_uri(), PYTHON)
    create, change = take(buffer, actions(buffer, 0, only=["refactor"]), "Create or extend the .dockerignore")["edit"][
        "documentChanges"
    ]
    assert create["kind"] == "create"
    assert create["uri"] == change["textDocument"]["uri"] == (application / ".dockerignore").as_uri()
    assert ".git\n" in change["edits"][0]["newText"]


def test_a_refusal_is_explained(shared_client: Client, application: Path) -> None:
    buffer = Buffer(shared_client, (application / "Dockerfile").as_uri(), PYTHON)
    shared_client.notes.clear()
    title = "Use a slimmer base image"
    refused = take(buffer, actions(buffer, 0, only=["refactor"]), title)
    assert "edit" not in refused
    reason = "`pip install -r requirements.txt` may need the compilers of the full image"
    assert any(reason in str(note) for note in shared_client.notes)
    # From now on the menu says so, until the text changes.
    (again,) = [a for a in actions(buffer, 0, only=["refactor"]) if a["title"] == title]
    assert reason in again["disabled"]["reason"]
    buffer.edit(0, 0, "# x\n")
    assert all("disabled" not in a for a in actions(buffer, 0, only=["refactor"]))


def test_only_what_fits_is_offered(shared_client: Client, application: Path) -> None:
    buffer = Buffer(shared_client, (application / "Dockerfile").as_uri(), "FROM scratch\nCOPY x /\n")
    assert [a["title"] for a in actions(buffer, 0, only=["refactor"])] == ["Create or extend the .dockerignore file"]


def test_selected_runs_are_merged(buffer: Buffer) -> None:
    text = "FROM debian:12-slim\nRUN a && b\nRUN c\n# why\nRUN d\nCOPY e f\nRUN cd /x\nRUN g\n"
    buffer.replace(text)
    found = actions(buffer, text.index("a &&"), text.index("d\nCOPY"), only=["refactor"])
    buffer.apply_workspace(take(buffer, found, "Merge 3 RUN instructions")["edit"])
    assert buffer.text.startswith("FROM debian:12-slim\nRUN a && b")
    assert buffer.text.count("RUN ") == 3
    assert "# why" in buffer.text
    at = buffer.text.index("cd /x")
    buffer.client.notes.clear()
    refused = take(buffer, actions(buffer, at, buffer.text.index("g\n"), only=["refactor"]), "Merge 2 RUN instructions")
    assert "cannot be merged" in refused["disabled"]["reason"]
    assert "edit" not in refused
    assert any("cannot be merged" in str(note) for note in buffer.client.notes)
    titles = [a["title"] for a in actions(buffer, buffer.text.index("COPY"), at, only=["refactor"])]
    assert not any(title.startswith(("Merge 2", "Merge 3")) for title in titles)


def test_clients_without_resolve(application: Path) -> None:
    with Client([application], capabilities={}, options={"shellcheck": False}) as client:
        buffer = Buffer(client, (application / "Dockerfile").as_uri(), PYTHON)
        found = actions(buffer, buffer.text.index("apt-get install"))
        for action in found:
            if action["kind"] == "quickfix" and not action["title"].startswith("Fix all"):
                assert buffer.uri in action["edit"]["changes"]
        assert client.notes == []
        # What takes its time or may be refused is made when it is chosen.
        command = next(a for a in found if a["title"].startswith("Reorder steps"))["command"]
        assert client.request("workspace/executeCommand", command) == {"applied": True}
        (message,) = [each for each in client.asked if each["method"] == "workspace/applyEdit"]
        buffer.apply_workspace(message["params"]["edit"])
        assert "COPY requirements.txt ./\n" in buffer.text
        (fix,) = actions(buffer, 0, only=["source.fixAll"])
        assert buffer.uri in fix["edit"]["changes"]


def test_the_reason_is_typed_where_the_editor_can(project: Path) -> None:
    edits = {**CAPABILITIES["workspace"]["workspaceEdit"], "snippetEditSupport": True}
    capabilities = {**CAPABILITIES, "workspace": {**CAPABILITIES["workspace"], "workspaceEdit": edits}}
    with Client([project], capabilities=capabilities, options={"shellcheck": False}) as client:
        buffer = Buffer(client, (project / "Dockerfile").as_uri(), BAD)
        suppress = take(buffer, actions(buffer, buffer.text.index("apt-get install")), "Suppress DL3014")
        (edit,) = suppress["edit"]["documentChanges"][0]["edits"]
        assert edit["snippet"] == {"kind": "snippet", "value": "# dlint: ignore[DL3014] ${1:TODO: say why}\n"}


# Hover --------------------------------------------------------------------------------------------------------------


def hover(buffer: Buffer, words: str, inside: int = 1) -> str:
    found = buffer.ask("textDocument/hover", buffer.text.index(words) + inside)
    return found["contents"]["value"] if found else ""


@pytest.mark.parametrize(
    ("words", "inside", "expected"),
    [
        ("apt-get install", 1, "**[DL3014 apt-yes](file:///"),
        ("apt-get install", 1, ")** (warning): `apt-get install` may prompt for confirmation"),
        ("apt-get install", 1, "## Why"),
        ("WORKDIR", 1, "Sets the working directory of the following steps"),
        ("COPY --from", 1, "steps run again"),
        ("FROM debian", 1, "- line 6: `RUN apt-get update"),
        ("--chown", 3, "Owner of the files"),
        ("type=cache", 2, "A directory that is kept between builds"),
        ("target=/root", 2, "Mount path"),
        ("$NAME ${", 2, "**$NAME**: value here `value`"),
        ("${VERSION}", 4, "**$VERSION**: value here `12`"),
        ("debian:", 1, "**debian:12-slim**"),
        ("base AS final", 1, "**Stage `base`** from `debian:$VERSION-slim`, line 3"),
        ("Base --chown", 1, "used on lines 9, 11"),
        ("/root/.cache echo", 30, "value here `12`"),
        ("/srv\nENV", 1, "steps run again"),
    ],
)
def test_hover(buffer: Buffer, words: str, inside: int, expected: str) -> None:
    assert expected in hover(buffer, words, inside)


def test_hover_on_a_suppression(buffer: Buffer) -> None:
    buffer.replace("FROM a:1\n# hadolint ignore=DL3014,DL3009\nRUN apt-get install x\n")
    assert hover(buffer, "DL3009").startswith("# DL3009 apt-lists")


# Names --------------------------------------------------------------------------------------------------------------


def texts(buffer: Buffer, found: list[dict[str, Any]]) -> list[tuple[int, str]]:
    return [
        (
            p["range"]["start"]["line"] + 1,
            buffer.text[buffer.offset(p["range"]["start"]) : buffer.offset(p["range"]["end"])],
        )
        for p in found
    ]


def test_stages(buffer: Buffer) -> None:
    at = buffer.text.index("Base --chown")
    definition = buffer.ask("textDocument/definition", at)
    assert texts(buffer, [definition]) == [(3, "Base")]
    found = buffer.ask("textDocument/references", at, context={"includeDeclaration": True})
    assert texts(buffer, found) == [(3, "Base"), (9, "base"), (11, "Base")]
    kinds = [each["kind"] for each in buffer.ask("textDocument/documentHighlight", at)]
    assert kinds == [3, 2, 2]
    buffer.apply_workspace(buffer.ask("textDocument/rename", at, newName="builder"))
    assert "AS builder\n" in buffer.text
    assert "FROM builder AS final" in buffer.text
    assert "--from=builder " in buffer.text
    for name in ("final", "scratch", "1x", "a b"):
        with pytest.raises(Failed):
            buffer.ask("textDocument/rename", buffer.text.index("builder"), newName=name)


def test_variables(buffer: Buffer) -> None:
    at = buffer.text.index("VERSION}")
    assert texts(buffer, [buffer.ask("textDocument/definition", at)]) == [(10, "VERSION")]
    found = buffer.ask("textDocument/references", at, context={"includeDeclaration": True})
    assert texts(buffer, found) == [(2, "VERSION"), (3, "VERSION"), (10, "VERSION"), (12, "VERSION")]
    buffer.apply_workspace(buffer.ask("textDocument/rename", at, newName="DEBIAN"))
    assert "VERSION" not in buffer.text
    assert "debian:$DEBIAN-slim" in buffer.text
    names = buffer.ask("textDocument/references", buffer.text.index("NAME="), context={"includeDeclaration": False})
    assert texts(buffer, names) == [(5, "NAME"), (12, "NAME")]
    for name in ("DEBIAN", "a-b", ""):
        with pytest.raises(Failed):
            buffer.ask("textDocument/rename", buffer.text.index("NAME="), newName=name)


def test_what_is_not_of_this_file_is_not_renamed(buffer: Buffer) -> None:
    buffer.replace("FROM a\nARG TARGETARCH\nRUN X=1; echo $X '$Y' $PATH $TARGETARCH\n")
    for words in ("$X", "$Y", "PATH", "TARGETARCH\nRUN"):
        assert buffer.ask("textDocument/prepareRename", buffer.text.index(words) + 1) is None


# Structure ----------------------------------------------------------------------------------------------------------


def test_outline_and_foldings(buffer: Buffer) -> None:
    found = buffer.client.request("textDocument/documentSymbol", {"textDocument": buffer.identifier})
    assert [(s["name"], s.get("detail")) for s in found] == [
        ("VERSION", "ARG 12"),
        ("Base", "debian:$VERSION-slim"),
        ("final", "base"),
    ]
    assert [s["name"] for s in found[1]["children"]] == ["WORKDIR", "NAME", "OTHER", "RUN", "COPY"]
    buffer.replace("# a\n# b\nFROM a\nRUN x \\\n  y\nRUN <<E\nz\nE\n")
    folds = buffer.client.request("textDocument/foldingRange", {"textDocument": buffer.identifier})
    spans = [(f["startLine"], f["endLine"], f.get("kind")) for f in folds]
    assert spans == [(0, 1, "comment"), (2, 7, "region"), (3, 4, None), (5, 7, None), (6, 7, None)]


def test_selections_grow(buffer: Buffer) -> None:
    position = buffer.position(buffer.text.index("install git") + 2)
    params = {"textDocument": buffer.identifier, "positions": [position]}
    selection = buffer.client.request("textDocument/selectionRange", params)[0]
    found: list[str] = []
    while selection:
        where = selection["range"]
        found.append(buffer.text[buffer.offset(where["start"]) : buffer.offset(where["end"])])
        selection = selection.get("parent")
    assert found[0] == "install"
    assert found[1] == "apt-get install git"
    assert found[2].startswith("apt-get update")
    assert found[-1] == buffer.text
    assert all(inner in outer for inner, outer in pairwise(found))


def test_semantic_tokens(buffer: Buffer) -> None:
    legend = buffer.client.server["capabilities"]["semanticTokensProvider"]["legend"]["tokenTypes"]
    data = buffer.client.request("textDocument/semanticTokens/full", {"textDocument": buffer.identifier})["data"]
    lines = buffer.text.split("\n")
    found: list[tuple[str, str]] = []
    line = column = 0
    for at in range(0, len(data), 5):
        column = data[at + 1] + (column if data[at] == 0 else 0)
        line += data[at]
        found.append((legend[data[at + 3]], lines[line][column : column + data[at + 2]]))
    assert found[:6] == [
        ("macro", "# syntax=docker/dockerfile:1"),
        ("keyword", "ARG"),
        ("variable", "VERSION"),
        ("keyword", "FROM"),
        ("variable", "VERSION"),
        ("keyword", "AS"),
    ]
    assert ("namespace", "Base") in found
    assert ("function", "apt-get") in found


def test_inlay_hints(buffer: Buffer) -> None:
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}}
    params = {"textDocument": buffer.identifier, "range": whole}
    found = buffer.client.request("textDocument/inlayHint", params)
    labels = {hint["position"]["line"] + 1: hint["label"].strip() for hint in found}
    assert labels[3] == "debian:12-slim"
    assert labels[6] == "root /srv"
    assert labels[14] == "app /srv"


# Completion ---------------------------------------------------------------------------------------------------------


def complete(buffer: Buffer, text: str) -> list[str]:
    """The labels at the `|` in a text."""
    at = text.index("|")
    buffer.replace(text.replace("|", ""))
    found = buffer.ask("textDocument/completion", at)
    for item in found["items"]:
        where = item["textEdit"]["range"]
        assert buffer.offset(where["end"]) == at
    return [item["label"] for item in found["items"]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("F|", "FROM"),
        ("FROM a\nWO|", "WORKDIR"),
        ("FROM a\nONBUILD R|", "RUN"),
        ("FROM a\nCOPY --|", "--from="),
        ("FROM a AS one\nFROM b\nCOPY --from=|", "one"),
        ("FROM a AS one\nFROM |", "one"),
        ("FROM pyth|", "python"),
        ("FROM debian:12|", "12-slim"),
        ("FROM --platform=|", "$BUILDPLATFORM"),
        ("FROM a\nRUN --mount=|", "type="),
        ("FROM a\nRUN --mount=type=c|", "cache"),
        ("FROM a\nRUN --mount=type=cache,|", "sharing="),
        ("FROM a\nARG ONE=1\nRUN echo $|", "ONE"),
        ("ARG ONE=1\nFROM a:${|", "ONE"),
        ("ARG ONE=1\nFROM a\nARG |", "ONE"),
        ("FROM a\nCOPY ap|", "app.py"),
        ("FROM a\nCOPY src/|", "deep.py"),
        ("FROM a\nCOPY \\\n  |", "src/"),
        ("FROM a\nHEALTHCHECK |", "CMD"),
        ("FROM docker.io/library/debian:12|", "12-slim"),
        ("FROM docker.io/pyth|", "python"),
        ("FROM a\nRUN --mount=type=bind,from=bus|", "busybox"),
        ("FROM a\nLABEL org.opencontainers.image.|", "org.opencontainers.image.source="),
        ('FROM a\nCOPY ["wi|', "with blanks"),
        ("FROM a\nSTOPSIGNAL SIGT|", "SIGTERM"),
        ("FROM a\n# dlint: ignore[DL30|", "DL3008"),
        ("# |\nFROM a\n", "escape=`"),
    ],
)
def test_completion(buffer: Buffer, text: str, expected: str) -> None:
    assert expected in complete(buffer, text)


def test_releases_come_before_what_is_to_become_one(buffer: Buffer) -> None:
    tags = complete(buffer, "FROM python:3|")
    marks = ["-rc" in tag or "0rc" in tag for tag in tags]
    assert marks == sorted(marks)
    assert not marks[0]


def test_a_name_with_blanks_is_completed_in_quotes_only(buffer: Buffer) -> None:
    assert complete(buffer, "FROM a\nCOPY wi|") == []


def test_no_completion_in_a_heredoc(buffer: Buffer) -> None:
    assert complete(buffer, "FROM a\nRUN <<E\nCO|\nE\n") == []


# Formatting ---------------------------------------------------------------------------------------------------------

OPTIONS = {"tabSize": 4, "insertSpaces": True}


def test_formatting(buffer: Buffer) -> None:
    buffer.replace("from a\r\nrun b && \\\r\n c\r\n\r\n\r\nCOPY  d  e\r\n")
    edits = buffer.client.request("textDocument/formatting", {"textDocument": buffer.identifier, "options": OPTIONS})
    buffer.apply(edits)
    assert buffer.text == "FROM a\r\nRUN b \\\r\n    && c\r\n\r\nCOPY d e\r\n"
    again = buffer.client.request("textDocument/formatting", {"textDocument": buffer.identifier, "options": OPTIONS})
    assert again == []


def test_range_formatting_touches_the_range_only(buffer: Buffer) -> None:
    buffer.replace("from a\nrun b && \\\n c\ncopy  d  e\n")
    where = {"start": {"line": 2, "character": 0}, "end": {"line": 2, "character": 1}}
    params = {"textDocument": buffer.identifier, "options": OPTIONS, "range": where}
    buffer.apply(buffer.client.request("textDocument/rangeFormatting", params))
    assert buffer.text == "from a\nRUN b \\\n    && c\ncopy  d  e\n"


# Life ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_position_encodings(project: Path, encoding: str) -> None:
    capabilities = {**CAPABILITIES, "general": {"positionEncodings": [encoding]}}
    with Client([project], capabilities=capabilities, options={"shellcheck": False}) as client:
        assert client.server["capabilities"]["positionEncoding"] == encoding
        text = 'FROM scratch\nLABEL x="é😀日" y=$NOPE\n'
        Buffer(client, (project / "Dockerfile").as_uri(), text)
        uri = (project / "Dockerfile").as_uri()
        while uri not in client.diagnostics:
            client.pump(20)
        undefined = next(d for d in client.diagnostics[uri] if d["code"] == "BK011")
        before = text.split("\n")[1].partition("$")[0]
        units = {"utf-8": len(before.encode()), "utf-16": len(before.encode("utf-16-le")) // 2, "utf-32": len(before)}
        assert undefined["range"]["start"] == {"line": 1, "character": units[encoding]}


def test_settings_are_asked_for_and_used(project: Path) -> None:
    workspace = {
        **CAPABILITIES["workspace"],
        "configuration": True,
        "didChangeConfiguration": {"dynamicRegistration": True},
    }
    settings = {"select": ["DL3014"], "shellcheck": False}
    with Client([project], capabilities={**CAPABILITIES, "workspace": workspace}, settings=settings) as client:
        buffer = Buffer(client, (project / "Dockerfile").as_uri(), BAD)
        while set(codes(client.diagnostics.get(buffer.uri, []))) != {"DL3014"}:
            client.pump(10)
        client.settings = {"select": ["NOSUCH"], "inlayHints": "yes"}
        client.notify("workspace/didChangeConfiguration", {"settings": None})
        while not any("unknown rule `NOSUCH`" in str(note) for note in client.notes):
            client.pump(10)
        assert any("dlint.inlayHints" in str(note) for note in client.notes)
        assert client.stop() == 0


def test_a_request_can_be_called_off(shared_client: Client, buffer: Buffer) -> None:
    buffer.replace(BAD + "RUN apt-get install x\n" * 300)
    hovers = [
        shared_client.begin("textDocument/documentSymbol", {"textDocument": buffer.identifier}) for _ in range(30)
    ]
    for identity in hovers[1:]:
        shared_client.notify("$/cancelRequest", {"id": identity})
    outcomes: list[int] = []
    for identity in hovers:
        try:
            shared_client.answer(identity)
            outcomes.append(0)
        except Failed as error:
            outcomes.append(error.code)
    assert set(outcomes) <= {0, -32800}
    assert outcomes[0] == 0
    assert "BK004" in codes(buffer.settle())


def test_nonsense_is_answered_and_survived(shared_client: Client, buffer: Buffer) -> None:
    shared_client.send_raw(b"Content-Length: 7\r\n\r\nnonsens")
    shared_client.send_raw(b"X: y\r\nContent-Length: 2\r\n\r\n[]")
    for method, params in (
        ("textDocument/hover", {"textDocument": 1}),
        ("no/such", {}),
        ("codeAction/resolve", {"title": "x", "data": {"uri": buffer.uri, "version": 1, "do": "fix"}}),
        ("workspace/executeCommand", {"command": "dlint.nothing"}),
    ):
        try:
            assert "edit" not in (shared_client.request(method, params) or {})
        except Failed as error:
            assert error.code in (-32601, -32602, -32603)
    far = {"textDocument": buffer.identifier, "position": {"line": 9999, "character": 9999}}
    assert shared_client.request("textDocument/hover", far) is None
    assert codes(buffer.settle())


def test_a_broken_rule_is_a_finding(project: Path) -> None:
    program = (
        "import sys\n"
        "from dockerfile_dlint.rules import RULES\n"
        "def broken(*_):\n    raise RuntimeError('broken on purpose')\n"
        "next(rule for rule in RULES if rule.code == 'DL3014').check = broken\n"
        "from dockerfile_dlint.lint.main import main\n"
        "sys.exit(main(['server']))\n"
    )
    with Client([project], command=[sys.executable, "-c", program], options={"shellcheck": False}) as client:
        buffer = Buffer(client, (project / "Dockerfile").as_uri(), BAD)
        found = buffer.settle()
        assert any("broken on purpose" in d["message"] for d in found)
        assert "DL3009" in codes(found)
        assert client.stop() == 0


def test_commands(shared_client: Client, buffer: Buffer) -> None:
    def command(name: str, *arguments: Any) -> Any:
        asked = {"command": f"dlint.server.{name}", "arguments": arguments}
        return shared_client.request("workspace/executeCommand", asked)

    assert command("explain", "DL3009").startswith("# DL3009")
    fixed = command("fixed", buffer.uri, True)
    assert fixed["changed"]
    assert "--no-install-recommends" in fixed["text"]
    rewritten = command("rewritten", buffer.uri)
    assert set(rewritten) == {"text", "changed", "refused", "ignore"}
    assert all(": " in reason for reason in rewritten["refused"])
    shared_client.asked.clear()
    assert command("fixAll", buffer.uri) == {"applied": True}
    edit = next(m for m in shared_client.asked if m["method"] == "workspace/applyEdit")["params"]["edit"]
    buffer.apply_workspace(edit)
    assert "DL3014" not in codes(buffer.settle())


def test_ends_with_the_editor(project: Path) -> None:
    with Client([project]) as client:
        assert client.process.stdin
        client.process.stdin.close()
        assert client.process.wait(10) == 1
    with Client([project]) as client:
        client.notify("exit", None)
        assert client.process.wait(10) == 1


def test_ends_when_the_editor_is_gone_but_the_pipe_is_not(project: Path) -> None:
    editor = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    with Client([project], start=False) as client:
        client.request("initialize", {"processId": editor.pid, "rootUri": None, "capabilities": {}})
        editor.kill()
        editor.wait()
        assert client.process.wait(20) == 1


@pytest.mark.parametrize("words", [["--tcp"], ["--tcp", "0"], ["--host", "localhost", "--port", "0"]])
def test_tcp(words: list[str]) -> None:
    process = subprocess.Popen([*COMMAND, *words], stderr=subprocess.PIPE)
    assert process.stderr
    line = process.stderr.readline().decode()
    assert line.startswith("dlint: listening on 127.0.0.1 port ")
    with socket.create_connection(("127.0.0.1", int(line.split()[-1])), timeout=20) as connection:
        params = {"processId": os.getpid(), "rootUri": None, "capabilities": {}}
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}).encode()
        connection.sendall(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        assert b'"capabilities"' in connection.recv(1 << 16)
    assert process.wait(20) == 1
    process.stderr.close()


@pytest.mark.parametrize(
    "header",
    [
        b"POST / HTTP/1.1\r\n",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s",
        b"Content-Length: %d\r\nHost: 127.0.0.1\r\n\r\n%s",
        b"Content-Length: %d\r\nOrigin: https://example.org\r\n\r\n%s",
        b"Content-Type: " + b"x" * 20_000,
    ],
)
def test_a_port_does_not_answer_to_http(header: bytes) -> None:
    process = subprocess.Popen([*COMMAND, "--tcp"], stderr=subprocess.PIPE)
    assert process.stderr
    line = process.stderr.readline().decode()
    with socket.create_connection(("127.0.0.1", int(line.split()[-1])), timeout=20) as connection:
        params = {"processId": os.getpid(), "rootUri": None, "capabilities": {}}
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}).encode()
        connection.sendall(header % (len(body), body) if b"%" in header else header)
        with contextlib.suppress(ConnectionResetError):
            assert connection.recv(1 << 16) == b""
    assert process.wait(20) == 1
    process.stderr.close()


def test_only_this_machine_is_served() -> None:
    for place in ("0.0.0.0:1", "example.org:80", "x", "99999"):
        done = subprocess.run([*COMMAND, "--tcp", place], capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 2
        assert "with a local host" in done.stderr


def test_without_pygls_it_says_what_to_install(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "sys.modules['pygls'] = None\n"
        "from dockerfile_dlint.lint.main import main\n"
        "sys.exit(main(['server']))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert "pip install 'dockerfile-dlint[server]'" in done.stderr


def test_several_folders(project: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / ".git").mkdir(parents=True)
    for name in ("app.py", "main.go"):
        (other / name).write_text("")
    with Client([project, other], options={"shellcheck": False}) as client:
        text = "FROM debian:12-slim\nCOPY app.py main.go /x/\n"
        here = Buffer(client, (project / "Dockerfile").as_uri(), text)
        there = Buffer(client, (other / "Dockerfile").as_uri(), text)
        assert "CTX003" in codes(here.settle())
        assert "CTX003" not in codes(there.settle())


def test_folders_with_their_own_configuration_and_settings(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two", "three")]
    for folder in folders:
        (folder / ".git").mkdir(parents=True)
    one, two, three = folders
    (one / "dlint.toml").write_text('select = ["DL3014"]\n')
    workspace = {**CAPABILITIES["workspace"], "configuration": True}
    settings = {
        "": {"shellcheck": False},
        two.as_uri(): {"select": ["BK004"], "shellcheck": False},
        three.as_uri(): {"select": ["DL3009"], "shellcheck": False},
    }
    with Client([one, two], capabilities={**CAPABILITIES, "workspace": workspace}, settings=settings) as client:
        opened = [Buffer(client, (folder / "Dockerfile").as_uri(), BAD) for folder in folders]
        assert set(codes(opened[0].settle())) == {"DL3014"}
        assert set(codes(opened[1].settle())) == {"BK004"}
        assert len(set(codes(opened[2].settle()))) > 2
        added = {"event": {"added": [{"uri": three.as_uri(), "name": "three"}], "removed": []}}
        client.notify("workspace/didChangeWorkspaceFolders", added)
        while set(codes(client.diagnostics[opened[2].uri])) != {"DL3009"}:
            client.pump(10)
        assert client.stop() == 0


def test_files_that_move_vanish_or_are_none(project: Path, shared_client: Client) -> None:
    path = project / "moving.Dockerfile"
    path.write_text(BAD)
    before = Buffer(shared_client, path.as_uri(), BAD)
    count = len(before.settle())
    path.rename(project / "moved.Dockerfile")
    shared_client.notify("textDocument/didClose", {"textDocument": before.identifier})
    after = Buffer(shared_client, (project / "moved.Dockerfile").as_uri(), BAD)
    assert len(after.settle()) == count
    assert shared_client.diagnostics[before.uri] == []
    (project / "moved.Dockerfile").unlink()
    changes = {"changes": [{"uri": after.uri, "type": 3}]}
    shared_client.notify("workspace/didChangeWatchedFiles", changes)
    after.edit(0, 0, "# x\n")
    assert len(after.settle()) == count
    binary = Buffer(shared_client, (project / "bin" / "Dockerfile").as_uri(), "\x7fELF\x02\x00" + BAD[::-1] * 50)
    assert codes(binary.settle())[:1] == ["SYN003"]
    alone = Buffer(shared_client, "file:///nowhere/at%20all/Dockerfile", BAD)
    assert "BK004" in codes(alone.settle())


def test_no_folder_at_all() -> None:
    with Client([], options={"shellcheck": False}) as client:
        buffer = Buffer(client, "file:///nowhere/Dockerfile", BAD)
        assert "BK004" in codes(buffer.settle())
        assert client.stop() == 0


def test_fast_typing_costs_one_run(shared_client: Client, buffer: Buffer) -> None:
    buffer.settle()
    start = time.monotonic()
    for _ in range(200):
        buffer.edit(0, 0, "#\n")
    assert "BK004" in codes(buffer.settle())
    assert time.monotonic() - start < 20


def test_configuration_files_count(shared_client: Client, project: Path) -> None:
    folder = project / "configured"
    folder.mkdir()
    config = folder / "dlint.toml"
    config.write_text('ignore = ["DL3014"]\nunfixable = ["BK004"]\nrule-url = "https://example.org/{code}.html"\n')
    configured = Buffer(shared_client, (folder / "Dockerfile").as_uri(), BAD)
    found = {d["code"]: d for d in configured.settle()}
    assert found["BK004"]["codeDescription"]["href"] == "https://example.org/BK004.html"
    assert "DL3014" not in found
    fixed = take(configured, actions(configured, 0, only=["source.fixAll"]), "Fix All")
    configured.apply_workspace(fixed["edit"])
    assert "\ncopy . /srv/app/\n" in configured.text
    config.write_text("select = 3\n")
    shared_client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": config.as_uri(), "type": 2}]})
    while config.as_uri() not in shared_client.diagnostics:
        shared_client.pump(10)
    (fault,) = shared_client.diagnostics[config.as_uri()]
    assert (fault["range"]["start"]["line"], fault["severity"], fault["source"]) == (0, 1, "dlint")
    assert "select" in fault["message"]
    assert any("dlint.toml:1" in str(note) for note in shared_client.notes)
    # The configuration that could be used last still counts.
    configured.edit(0, 0, "# x\n")
    assert "DL3014" not in codes(configured.settle())
    config.write_text('exclude = ["Dockerfile"]\n')
    shared_client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": config.as_uri(), "type": 2}]})
    while shared_client.diagnostics[configured.uri]:
        shared_client.pump(10)
    assert shared_client.diagnostics[config.as_uri()] == []
    config.unlink()


def test_shellcheck_comes_later(project: Path) -> None:
    from dockerfile_dlint.lint.engine.shellcheck import find_shellcheck

    if not find_shellcheck():
        pytest.skip("ShellCheck is not installed")
    (project / "dlint.toml").write_text('extend-select = ["SC2086"]\n')
    with Client([project]) as client:
        text = "FROM debian:12-slim\nRUN echo $NAME\nRUN true\n"
        buffer = Buffer(client, (project / "Dockerfile").as_uri(), text)
        while "SC2086" not in codes(client.diagnostics.get(buffer.uri, [])):
            client.pump(20)
        # What is known of the other scripts is told with the first findings of the next version.
        buffer.edit(0, 0, "# x\n")
        buffer.edit(buffer.text.index("true"), buffer.text.index("true"), "echo $MORE; ")
        (kept,) = [d for d in buffer.settle() if d["code"] == "SC2086"]
        assert kept["range"] == buffer.range("$NAME")
        while codes(client.diagnostics[buffer.uri]).count("SC2086") < 2:
            client.pump(20)
        buffer.edit(buffer.text.index("$"), buffer.text.index("$NAME") + 5, '"$NAME"')
        end = time.monotonic() + 20
        while client.versions.get(buffer.uri) != 4 or codes(client.diagnostics[buffer.uri]).count("SC2086") != 1:
            client.pump(end - time.monotonic())
        assert client.stop() == 0


def test_a_slow_shellcheck_ends_with_the_server(project: Path, tmp_path: Path) -> None:
    slow = tmp_path / "slow"
    slow.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid.new\nmv {tmp_path}/pid.new {tmp_path}/pid\nexec sleep 60\n")
    slow.chmod(0o755)
    program = (
        "import sys\n"
        "from dockerfile_dlint.lint.engine import shellcheck\n"
        f"shellcheck.find_shellcheck = lambda: {str(slow)!r}\n"
        "from dockerfile_dlint.lint.main import main\n"
        "sys.exit(main(['server']))\n"
    )
    with Client([project], command=[sys.executable, "-c", program]) as client:
        buffer = Buffer(client, (project / "Dockerfile").as_uri(), BAD)
        assert "BK004" in codes(buffer.settle())
        end = time.monotonic() + 20
        while not (tmp_path / "pid").exists() and time.monotonic() < end:
            time.sleep(0.05)
        process = int((tmp_path / "pid").read_text())
        assert client.stop() == 0
    with pytest.raises(ProcessLookupError):
        for _ in range(100):
            os.kill(process, 0)
            time.sleep(0.05)


def test_random_edits(shared_client: Client, tmp_path: Path) -> None:
    """A short run of bench/server.py: after every edit what a fresh run finds, and only places in the text."""
    rng = random.Random(5)
    files = [BAD, "FROM a\r\nRUN <<E\r\n$X\r\nE\r\n", "# escape=`\nFROM b\nRUN a `\n b\n", ""]
    asked = Counter[str]()
    buffers = [Buffer(shared_client, (tmp_path / f"{n}.Dockerfile").as_uri(), text) for n, text in enumerate(files)]
    for _ in range(150):
        edited = rng.choice(buffers)
        bench.change(edited, rng, files)
        assert bench.compared(edited, edited.settle(), process=False) == []
        assert bench.ask(edited, rng, asked) == []
    assert len(asked) > 10
