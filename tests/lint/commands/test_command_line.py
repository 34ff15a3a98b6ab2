from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
from dockerfile_dlint.lint.commands.parsers import HADOLINT_OPTIONS, HELP_TEXT, PARSERS
from dockerfile_dlint.lint.main import main

from ..runner import COMMAND, dlint, environment, shell

LATEST = "FROM alpine:latest\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "Dockerfile").write_text(LATEST)
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "Dockerfile").write_text('FROM alpine:3.20\nCMD ["true"]\n')
    return tmp_path


# Help


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["help"]])
def test_help_names_every_command(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert out == HELP_TEXT
    assert not err
    assert all(f"\n  {command} " in out for command in PARSERS)
    assert all(word in out for word in ("--select", "--ignore"))


@pytest.mark.parametrize("command", PARSERS)
def test_help_of_a_command(command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main([command, "--help"]) == 0
    out = capsys.readouterr().out
    assert main(["help", command]) == 0
    assert capsys.readouterr().out == out
    assert f"dlint {'[check]' if command == 'check' else command}" in out


def test_help_fits_80_columns(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for words in (["help"], *([command, "-h"] for command in PARSERS), ["explain", "ALL"]):
        main(words)
        text = re.sub(r"(?ms)^```.*?^```", "", capsys.readouterr().out)  # examples stay as they are
        assert max(len(line) for line in text.split("\n") if not line.startswith("#")) <= 80, words


def test_every_example_of_the_help_works(folder: Path) -> None:
    commands = [line.split("  ")[1] for line in HELP_TEXT.split("\n") if line.startswith("  dlint ")]
    assert len(commands) > 7
    for command in commands:
        assert shell(command, folder).status in (0, 1), command


@pytest.mark.parametrize("command", sorted(PARSERS.keys() - {"completions", "server"}))
def test_every_example_of_a_command_works(command: str, folder: Path) -> None:
    """Those of completions and server run in tests/e2e, in shells and with editors."""
    for words in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@b.invalid", "commit", "-qma"],
    ):
        subprocess.run(["git", *words], cwd=folder, check=True)
    (folder / ".hadolint.yaml").write_text("ignored: [DL3008]\n")
    (folder / ".dlint-baseline.json").write_text('{"version": 1, "files": {}}')
    for example, _ in PARSERS[command]().examples:
        (folder / "Dockerfile").write_text(
            "FROM debian:12\nRUN apt-get update\nRUN apt-get install curl\nCOPY . /app\n"
        )
        if "--verify" in example:  # here without a builder
            done = shell(f"PATH=/nowhere; {example}", folder)
            assert (done.status, "no working builder found" in done.err) == (2, True), done.err
        elif " -i " in example:  # and without a terminal
            done = shell(example, folder)
            assert (done.status, "requires a terminal" in done.err) == (2, True), done.err
        else:
            done = shell(example, folder)
            assert done.status in (0, 1), (example, done.err)


def test_every_command_has_examples() -> None:
    for name, make in PARSERS.items():
        parser = make()
        assert len(parser.examples) > 1, name
        assert parser.about, name
        assert all(command.startswith("dlint ") or name == "completions" for command, _ in parser.examples), name
        assert all(what for _, what in parser.examples), name


@pytest.mark.parametrize("word", ["--version", "-V"])
def test_version(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([word]) == 0
    assert re.fullmatch(r"dlint \d+\.\d+\S*\n", capsys.readouterr().out)


# Explain and rules


@pytest.mark.parametrize("name", ["DL3008", "dl3008", "apt-pin", "apt_pin", "AptPin"])
def test_explain_takes_every_name(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", name]) == 0
    assert capsys.readouterr().out.startswith("# DL3008 apt-pin\n")


def test_explain_takes_other_tools_names_and_several(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "CopyIgnoredFile", "CKV_DOCKER_5,SYN001", "BK019"]) == 0
    heads = re.findall(r"^# (\w+)", re.sub(r"(?ms)^```.*?^```", "", capsys.readouterr().out), re.MULTILINE)
    assert heads == ["BK019", "OPT001", "SYN001"]


def test_explain_says_what_an_ignore_file_holds(capsys: pytest.CaptureFixture[str]) -> None:
    main(["explain", "BK019"])
    assert re.search(r"context: `.dockerignore` \(containing `.+`\), ", capsys.readouterr().out)


@pytest.mark.parametrize("code", ["SYN001", "SYN002"])
def test_what_the_engine_reports_is_explained(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", code]) == 0
    assert capsys.readouterr().out.startswith(f"# {code} ")


def test_what_the_engine_reports_can_be_selected(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_bytes(b"FROM alpine:3.20\nRUN a\0b\n")
    done = dlint("--select", "SYN001", "--format", "sarif", "Dockerfile", cwd=tmp_path)
    assert done.status == 2
    (rule,) = done.json["runs"][0]["tool"]["driver"]["rules"]
    assert (rule["id"], rule["shortDescription"]["text"]) == (
        "SYN001",
        "The file cannot be read as a Dockerfile, or linting it takes too long.",
    )


@pytest.mark.parametrize("selector", ["SC", "shellcheck"])
def test_shellcheck_has_a_page(selector: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", selector]) == 0
    assert capsys.readouterr().out.startswith("# SCnnnn shellcheck\n")


def test_explain_does_not_break_code(capsys: pytest.CaptureFixture[str]) -> None:
    main(["explain", "SC"])
    assert "`pip install 'dockerfile-dlint[shellcheck]'`" in capsys.readouterr().out


def test_a_finding_of_shellcheck_is_explained_by_its_own_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "sc2086"]) == 0
    assert "https://www.shellcheck.net/wiki/SC2086" in capsys.readouterr().out


def test_explain_of_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "nope"]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert err == "dlint: unknown rule `nope`; see `dlint rules`\n"


def test_rules_are_a_line_each_for_a_program(capsys: pytest.CaptureFixture[str]) -> None:
    from dockerfile_dlint.rules import RULES

    assert main(["rules"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [rule.code for rule in RULES]


def test_rules_as_json() -> None:
    rows = dlint("rules", "--format", "json").json
    row = next(row for row in rows if row["code"] == "BK019")
    assert row["aliases"] == ["CopyIgnoredFile"]
    assert set(row) == {"code", "name", "severity", "confidence", "default", "preview", "aliases", "summary"}


# Wrong words


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--formt", "json"], "unknown option `--formt`. Did you mean `--format`? See `dlint check --help`"),
        (["--formt=json"], "unknown option `--formt`. Did you mean `--format`? See `dlint check --help`"),
        (["--weird"], "unknown option `--weird`; see `dlint check --help`"),
        (["-x"], "unknown option `-x`;"),
        (["--format", "xml"], "invalid value `xml` for `--format` (expected full, concise, "),
        (["--format", "jsn"], "Did you mean `json`? See `dlint check --help`"),
        (["--profile", "x"], "invalid value `x` for `--profile` (expected default, hadolint, buildkit or strict); see"),
        (
            ["config", "sho"],
            "invalid value `sho` for `dlint config` (expected show, migrate or schema). Did you mean `show`?",
        ),
        (["completions"], "missing argument bash|zsh|fish; see `dlint completions --help`"),
        (["completions", "csh"], "invalid value `csh` for `dlint completions` (expected bash, zsh or fish)"),
        (["help", "optimise"], "unknown command `optimise`. Did you mean `dlint optimize`?"),
        (["help", "x"], "unknown command `x`; see `dlint help`"),
        (["--format"], "`--format` requires a value; see `dlint check --help`"),
        (["-q", "-v"], "`-v/--verbose` cannot be used with `-q/--quiet`; see"),
        (["--color", "no"], "invalid value `no` for `--color` (expected auto, always or never); see"),
        (["--show-fixes"], "--show-fixes requires --fix"),
        (["format", "-", "x"], "`-` cannot be combined with other paths"),
        (["--fix", "-", "x"], "`-` cannot be combined with other paths when fixing"),
        (["optimize", "--timeout", "0", "--verify"], "invalid value `0` for `--timeout` (expected a number"),
        (["optimize", "--timeout", "x"], "`--timeout`: invalid float value: 'x'; see `dlint optimize --help`"),
        (["optimize", "--only", "x"], "invalid value `x` for `--only` (expected dockerignore, layers, "),
        (["optimize", "--keep"], "--keep requires --verify"),
        (["--select", "DL3OO8"], "unknown rule `DL3OO8`; did you mean `DL3008`?"),
        (["--ignore", "apt-pins"], "did you mean `apt-pin`?"),
        (["tree"], "missing argument FILE; see `dlint tree --help`"),
        (["tree", "a", "b"], "unexpected argument `b`; see `dlint tree --help`"),
        (["explain"], "missing argument RULE; see `dlint explain --help`"),
        (["explain", ","], "no rule given; see `dlint rules`"),
        (["rules", "x"], "unexpected argument `x`; see `dlint rules --help`"),
        (["tree", "/nowhere/Dockerfile"], "`/nowhere/Dockerfile`: no such file"),
    ],
)
def test_wrong_words_are_answered_with_a_next_step(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert not out
    assert err.startswith("dlint: ")
    assert err.count("\n") == 1
    assert said in err


@pytest.mark.parametrize("option", HADOLINT_OPTIONS)
def test_an_option_of_hadolint_is_answered_with_that_of_dlint(option: str, folder: Path) -> None:
    words = {
        "LEVEL": "error", "FORMAT=FILE": "json=o.json", "FORMAT": "json", "FILE": "dlint.toml", "RULE": "DL3007",
        "REGISTRY": "docker.io", "LABEL": "version", "TYPE": "semver", "NAME": "x/Dockerfile",
    }  # fmt: skip
    (folder / "dlint.toml").write_text("")
    done = shell(f"dlint {option} x Dockerfile", folder)
    assert done.status == 2
    assert f"unknown option `{option}`; use `{HADOLINT_OPTIONS[option]}`; see" in done.err
    instead = re.sub("FORMAT=FILE|" + "|".join(words), lambda found: words[found[0]], HADOLINT_OPTIONS[option])
    done = shell(f"dlint {instead} {'- < ' if 'NAME' in HADOLINT_OPTIONS[option] else ''}Dockerfile", folder)
    assert done.status == (0 if option in ("--no-fail", "-t", "--failure-threshold") else 1), done.err
    page = (Path(__file__).resolve().parents[3] / "docs" / "from-hadolint.md").read_text()
    assert option in page or option in ("-o", "--no-color")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("chekc", "check"),
        ("lnit", "check"),
        ("lint", "check"),
        ("fix", "check --fix"),
        ("fmt", "format"),
        ("optimise", "optimize"),
    ],
)
def test_a_mistyped_command_lints_nothing(word: str, meant: str, folder: Path) -> None:
    done = dlint(word, ".", cwd=folder)
    assert (done.status, done.out) == (2, "")
    assert done.err == f"dlint: no such file or directory: `{word}`. Did you mean `dlint {meant}`?\n"
    (folder / word).write_text(LATEST)
    assert dlint(word, "--select", "DL3007", cwd=folder).codes == ["DL3007"], "it is a file"


def test_a_path_that_does_not_exist_and_is_no_command(folder: Path) -> None:
    assert dlint("src", ".", "--select", "DL3007", cwd=folder).codes == ["DL3007", "SYN001"]


def test_a_rule_among_the_paths(folder: Path) -> None:
    done = dlint("--select", "DL3008", "DL3009", cwd=folder)
    assert done.status == 2
    assert "`DL3009` is a rule, not a path" in done.err


def test_escape_codes_in_a_wrong_word_do_not_reach_the_terminal() -> None:
    done = dlint("--select", "\x1b[31m")
    assert "\x1b" not in done.err
    assert "\\x1b" in done.err


# Paths and exit status


def test_exit_status(folder: Path) -> None:
    assert dlint("api/Dockerfile", "--select", "DL3007", cwd=folder).status == 0
    assert dlint("Dockerfile", "--select", "DL3007", cwd=folder).status == 1
    assert dlint("Dockerfile", "nowhere", cwd=folder).status == 2


def test_no_path_is_the_current_folder(folder: Path) -> None:
    done = dlint("--select", "DL3007", cwd=folder)
    assert done.out == dlint("check", ".", "--select", "DL3007", cwd=folder).out
    assert done.out.startswith("Dockerfile:1:6: DL3007 warning: ")
    assert not done.err


def test_findings_to_standard_output_and_notes_to_standard_error(tmp_path: Path) -> None:
    done = dlint(".", cwd=tmp_path)
    assert (done.status, done.out) == (0, "")
    assert done.err == "dlint: no Dockerfiles found in `.`; pass a file name to lint it anyway\n"


@pytest.mark.parametrize("command", ["format", "optimize", "dockerignore", "baseline"])
def test_a_folder_without_a_dockerfile(command: str, tmp_path: Path) -> None:
    done = dlint(command, cwd=tmp_path)
    assert (done.status, done.out) == (0, "")
    assert "no Dockerfiles found in `.`; pass a file name to lint it anyway" in done.err


def test_the_same_file_twice(folder: Path) -> None:
    done = dlint("Dockerfile", "./Dockerfile", str(folder / "Dockerfile"), ".", "--select", "DL3007", cwd=folder)
    assert done.codes == ["DL3007"]


def test_a_path_that_looks_like_an_option(tmp_path: Path) -> None:
    (tmp_path / "--Dockerfile").write_text(LATEST)
    assert dlint("--select", "DL3007", "--", "--Dockerfile", cwd=tmp_path).codes == ["DL3007"]


def test_order_is_files_as_found_then_line_then_column_then_code(folder: Path) -> None:
    (folder / "api" / "Dockerfile").write_text("FROM debian:latest\nRUN apt-get install b && apt-get install c\n")
    done = dlint(".", "--format", "json", cwd=folder)
    keys = [(d["start"]["line"], d["start"]["column"], d["code"]) for d in done.json["diagnostics"]]
    files = [d["file"] for d in done.json["diagnostics"]]
    assert files == sorted(files, key=["Dockerfile", "api/Dockerfile"].index)
    here = [key for key, file in zip(keys, files, strict=True) if file == "api/Dockerfile"]
    assert here == sorted(here)
    assert len(here) > 3
    assert done.out == dlint(".", "--format", "json", cwd=folder).out


# Standard input


def test_standard_input_without_a_name() -> None:
    done = dlint("-", "--select", "DL3007,CTX,BK019", stdin=LATEST.encode() + b"COPY nowhere /\nCOPY . /\n")
    assert done.status == 1
    assert done.out.startswith("<stdin>:1:6: DL3007 ")
    assert done.codes == ["DL3007"], "without a name there is no context"


def test_standard_input_beside_files(folder: Path) -> None:
    done = dlint("api", "-", "Dockerfile", "--select", "DL3007", cwd=folder, stdin=LATEST.encode())
    assert [line.partition(":")[0] for line in done.out.splitlines()[:-1]] == ["<stdin>", "Dockerfile"]


def test_standard_input_twice() -> None:
    done = dlint("-", "-", "--select", "DL3007", stdin=LATEST.encode())
    assert (done.codes, done.err) == (["DL3007"], "")


def test_the_name_of_standard_input_gives_the_context(folder: Path) -> None:
    text = b"FROM alpine:3.20\nCOPY nowhere.txt here.txt /app/\n"
    (folder / "here.txt").write_text("")
    named = dlint("-", "--stdin-filename", "Dockerfile", "--select", "CTX003", cwd=folder, stdin=text)
    (folder / "Dockerfile").write_bytes(text)
    assert named.out == dlint("Dockerfile", "--select", "CTX003", cwd=folder).out
    assert "nowhere.txt" in named.out


def test_the_folder_of_standard_input_is_the_context_only_when_it_exists(folder: Path) -> None:
    text = b"FROM alpine:3.20\nCOPY nowhere.txt /app/\nCOPY . /app\n"
    done = dlint("-", "--stdin-filename", "not/there/Dockerfile", "--select", "CTX,BK019", cwd=folder, stdin=text)
    assert (done.status, done.out, done.err) == (0, "", "")


def test_a_name_for_standard_input_means_standard_input(folder: Path) -> None:
    done = dlint("--stdin-filename", "x/Dockerfile", "--select", "DL3007", cwd=folder, stdin=LATEST.encode())
    assert done.out.startswith("x/Dockerfile:1:6: DL3007 ")
    done = dlint("Dockerfile", "--stdin-filename", "x/Dockerfile", cwd=folder)
    assert done.err == "dlint: --stdin-filename has no effect without `-`\n"


def test_closed_standard_input(folder: Path) -> None:
    done = shell("dlint - Dockerfile --select DL3007 <&-", folder)
    assert done.status == 2
    assert done.codes == ["SYN001", "DL3007"]


# Where the output goes


@pytest.mark.parametrize(
    "words", ["Dockerfile", "--help", "rules", "explain ALL", "--format full .", "tree Dockerfile"]
)
@pytest.mark.parametrize("where", [">/dev/full", ">&-"])
def test_output_that_cannot_be_written(words: str, where: str, folder: Path) -> None:
    if where.endswith("full") and not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    done = shell(f"dlint {words} {where}", folder)
    assert done.status == 2
    assert re.fullmatch("dlint: (standard output is closed|cannot write to standard output: .*)\n", done.err)


@pytest.mark.parametrize("words", ["Dockerfile", "nowhere", "--nope"])
def test_closed_standard_error(words: str, folder: Path) -> None:
    assert shell(f"dlint {words} 2>&-", folder).status == (1 if words == "Dockerfile" else 2)


def test_a_reader_that_goes_away(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM alpine:3.20\n" + "RUN apt-get install a\n" * 2000)
    for words in ("Dockerfile", "Dockerfile --format json", "Dockerfile --format full", "tree Dockerfile", "rules"):
        done = shell(f"dlint {words} | head -1; exit ${{PIPESTATUS[0]}}", tmp_path)
        assert done.out.count("\n") == 1
        assert not done.err
        assert done.status in (0, 1)


@pytest.mark.parametrize("env", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}])
def test_any_locale(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "Dockerfile.größe").write_text("FROM alpine:3.20\nCOPY a /\nEXPOSE größe\n")
    for form in ("concise", "full", "json"):
        done = dlint(".", "--format", form, "--select", "SYN004", cwd=tmp_path, **env)
        assert done.status == 1
        assert not done.err
        assert "`größe`" in done.out
    assert dlint("check", "--help", **env).status == 0


def test_a_folder_that_was_deleted(folder: Path) -> None:
    away = "mkdir gone && cd gone && rmdir ../gone"
    for words in (".", "", "Dockerfile"):
        done = shell(f"{away} && dlint {words}", folder)
        assert done.status == 2
        assert done.err == "dlint: the current directory no longer exists; change to one that does\n"
    for words in ("format .", "format", "optimize", "dockerignore", "baseline", "config show", "config",
                  "tree Dockerfile", "--fix", "--select DL", f"--output json=o.json {folder}/Dockerfile"):  # fmt: skip
        done = shell(f"{away} && dlint {words}", folder)
        assert done.status == 2
        assert done.err == "dlint: the current directory no longer exists; change to one that does\n"
    for words in ("rules", "explain DL3007", "completions bash", "--version", "help", "format --help"):
        done = shell(f"{away} && dlint {words}", folder)
        assert (done.status, done.err) == (0, "")
    assert shell(f"{away} && dlint format --check {folder}/Dockerfile", folder).status == 0
    assert shell(f"{away} && dlint --select DL3007 {folder}/Dockerfile", folder).codes == ["DL3007"]
    assert shell(f"{away} && echo FROM alpine:latest | dlint --select DL3007 -", folder).codes == ["DL3007"]


# Many files


def test_many_files_are_all_linted_in_order(tmp_path: Path) -> None:
    for number in range(600):
        (tmp_path / f"Dockerfile.{number:03}").write_text(LATEST if number % 7 else "")
    done = dlint("--select", "DL3007", cwd=tmp_path)
    names = [line.partition(":")[0] for line in done.out.splitlines() if ": " in line]
    assert names == [f"Dockerfile.{number:03}" for number in range(600)]
    assert done.codes == ["SYN003" if number % 7 == 0 else "DL3007" for number in range(600)]


def test_a_worker_that_dies_leaves_its_files_to_the_others(tmp_path: Path) -> None:
    from dockerfile_dlint.lint.engine.parallel import lint_all
    from dockerfile_dlint.lint.engine.report import Report

    parent = os.getpid()

    def lint(path: str) -> Report:
        if os.getpid() != parent and path == "7":
            os._exit(1)
        return Report(path, [], failed=False)

    paths = [str(number) for number in range(100)]
    done: list[int] = []
    assert [report.file for report in lint_all(paths, lint, done.append)] == paths
    assert sum(done) in range(98, 105)


def test_an_interrupt(tmp_path: Path) -> None:
    text = "FROM debian:12-slim\n" + "RUN apt-get update && echo hello && make all install\n" * 3000
    for number in range(100):
        (tmp_path / f"Dockerfile.{number}").write_text(text)
    process = subprocess.Popen(
        [*COMMAND, "."],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        start_new_session=True,
    )
    time.sleep(1.5)
    assert process.poll() is None, "it was done before it could be interrupted"
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does, to the children too
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert (out, err) == (b"", b"dlint: interrupted\n")


def test_a_rule_that_raises(folder: Path) -> None:
    script = (
        "import sys\n"
        "from dockerfile_dlint.rules import RULES\n"
        "def broken(*given):\n"
        "    raise KeyError('oops')\n"
        "    yield\n"
        "next(r for r in RULES if r.code == 'DL3006').check = broken\n"
        "from dockerfile_dlint.lint.main import main\n"
        "sys.exit(main(['.', '-q', '--select', 'DL3006,DL3007']))\n"
    )
    process = subprocess.run([COMMAND[0], "-c", script], cwd=folder, capture_output=True, text=True, check=False)
    assert process.returncode == 2
    assert not process.stderr
    lines = process.stdout.splitlines()
    assert [line.split(": ")[1].split()[0] for line in lines] == ["SYN002", "DL3007", "SYN002"]
    assert "rule DL3006 (untagged-base) failed (KeyError: 'oops', in " in lines[0]
    assert "--ignore DL3006" in lines[0]


def test_a_bug_outside_of_the_rules_is_a_sentence_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import dockerfile_dlint.lint.commands.check as module

    def broken(*given: object) -> int:
        raise RuntimeError("oops")

    monkeypatch.setattr(module, "write_reports", broken)
    assert main([str(folder)]) == 2
    assert "internal error (RuntimeError: oops, in commands/test_command_line.py line" in capsys.readouterr().err


# JSON


POSITION = {"line": int, "column": int}
DIAGNOSTIC = {
    "file": str, "code": str, "name": str, "aliases": list, "severity": str, "confidence": str, "message": str,
    "start": dict, "end": dict, "instruction_line": int, "stage": str, "url": object, "fix": object,
}  # fmt: skip


def exactly(value: dict[str, object], keys: dict[str, type]) -> None:
    assert list(value) == list(keys)
    for key, kind in keys.items():
        assert isinstance(value[key], kind) and not isinstance(value[key], bool), (key, value[key])


def test_json_is_as_promised(folder: Path) -> None:
    (folder / "Dockerfile").write_text(
        "FROM alpine:latest AS Build\nRUN echo 日本 && \\\n # note\n  apt-get install curl\n\nFROM alpine:3.20\nCOPI\n"
    )
    answer = dlint("--format", "json", "Dockerfile", cwd=folder).json
    exactly(answer, {"version": str, "files": int, "diagnostics": list})
    assert (answer["version"], answer["files"]) == ("1", 1)
    for diagnostic in answer["diagnostics"]:
        exactly(diagnostic, DIAGNOSTIC)
        exactly(diagnostic["start"], POSITION)
        exactly(diagnostic["end"], POSITION)
        assert diagnostic["severity"] in ("error", "warning", "info", "style")
        assert diagnostic["url"] is None or diagnostic["url"].startswith("https://")
        assert diagnostic["fix"] is None or set(diagnostic["fix"]) == {"title", "safety", "edits"}
    by_code = {diagnostic["code"]: diagnostic for diagnostic in answer["diagnostics"]}
    latest, install, error = by_code["DL3007"], by_code["DL3014"], by_code["SYN003"]
    assert (latest["start"], latest["end"]) == ({"line": 1, "column": 6}, {"line": 1, "column": 19})
    assert (latest["stage"], latest["instruction_line"]) == ("build", 1)
    assert latest["aliases"] == ["DS-0001"]
    assert (install["start"], install["end"]) == ({"line": 4, "column": 3}, {"line": 4, "column": 18})
    assert (install["stage"], install["instruction_line"]) == ("build", 2)
    assert (error["stage"], error["instruction_line"], error["start"]["line"]) == ("", 7, 7)


def test_json_columns_count_code_points(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text('FROM alpine:3.20\nRUN echo "é日😀e\u0301" && apt-get install curl\n')
    found = dlint("--format", "json", "--select", "DL3014", cwd=tmp_path).json["diagnostics"]
    assert [d["start"]["column"] for d in found] == [21]


def test_json_of_a_file_with_odd_bytes_and_of_one_with_an_odd_name(tmp_path: Path) -> None:
    with open(os.fsencode(tmp_path) + b"/Dockerfile.\xff", "wb") as file:
        file.write(b"FROM alpine:3.20 AS b\xe9\nEXPOSE \xe9\nUSER \\udce9\n")
    done = dlint("--format", "json", cwd=tmp_path)
    text = done.out
    assert "\\ud" not in text.replace("\\\\ud", "")
    files = {d["file"] for d in done.json["diagnostics"]}
    assert files == {"Dockerfile.\ufffd"}
    assert any("`b\ufffd`" in d["message"] for d in done.json["diagnostics"])


def test_json_of_nothing(tmp_path: Path) -> None:
    done = dlint("--format", "json", cwd=tmp_path)
    assert done.json == {"version": "1", "files": 0, "diagnostics": []}


def test_json_of_a_fix_that_comes_from_another_process(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import json

    from dockerfile_dlint.fixers.edits.edit import Edit, Fix
    from dockerfile_dlint.rules import RULES
    from dockerfile_dlint.rules.base import Finding

    def check(instruction: object, build: object) -> object:
        place = instruction.base  # type: ignore[attr-defined]
        yield Finding("m", place, fix=Fix("Name a version", "safe", [Edit(place.start, place.end, "alpine:3.20")]))

    monkeypatch.setattr(next(rule for rule in RULES if rule.code == "DL3007"), "check", check)
    for number in range(60):
        (tmp_path / f"Dockerfile.{number}").write_text(LATEST)
    assert main([str(tmp_path), "--select", "DL3007", "--format", "json"]) == 1
    diagnostics = json.loads(capsys.readouterr().out)["diagnostics"]
    edit = {"start": {"line": 1, "column": 6}, "end": {"line": 1, "column": 19}, "text": "alpine:3.20"}
    wanted = {"title": "Name a version", "safety": "safe", "edits": [edit]}
    assert [d["fix"] for d in diagnostics] == [wanted] * 60


# Tree


INSTRUCTION = {
    "keyword": str, "start": int, "end": int, "flags": list, "arguments": list, "form": str, "heredocs": list,
    "dump": str,
}  # fmt: skip
STAGE = {"name": str, "base": str, "platform": str, "start": int, "end": int}


def test_tree_as_json_is_as_promised(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(
        "# syntax=docker/dockerfile:1\nARG B=alpine\nfrom --platform=linux/amd64 $B AS One\n"
        'ENV a b\nENV a=b\nCMD ["x", "y"]\nONBUILD COPY --link a b\nRUN <<EOF\nmake\nEOF\n\nFROM one\nCOPI x\n'
    )
    done = dlint("tree", "--format", "json", "Dockerfile", cwd=tmp_path)
    tree = done.json
    assert done.status == 1
    exactly(tree, {"escape": str, "directives": dict, "instructions": list, "stages": list, "errors": list})
    assert tree["directives"] == {"syntax": "docker/dockerfile:1"}
    for instruction in tree["instructions"]:
        exactly(instruction, INSTRUCTION)
    for stage in tree["stages"]:
        exactly(stage, STAGE)
    for error in tree["errors"]:
        exactly(error, {"line": int, "message": str})
    assert [i["form"] for i in tree["instructions"]] == [
        "pairs", "words", "legacy", "pairs", "exec", "words", "shell", "words", "words",
    ]  # fmt: skip
    onbuild, run = tree["instructions"][5:7]
    assert (onbuild["flags"], onbuild["arguments"]) == (["--link"], ["COPY", "a", "b"])
    assert onbuild["dump"] == 'onbuild (copy ["--link"] "a" "b")'
    assert (run["start"], run["end"], run["heredocs"][0]["content"]) == (8, 10, "make\n")
    assert [tuple(stage.values()) for stage in tree["stages"]] == [
        ("one", "$B", "linux/amd64", 3, 3),  # the lines of FROM, as BuildKit has them
        ("", "one", "", 12, 12),
    ]
    assert [error["line"] for error in tree["errors"]] == [13]


def test_tree_as_text(tmp_path: Path) -> None:
    done = dlint("tree", "-", stdin=b"# escape=`\nFROM a\nRUN b `\n c\nENV a=\xff\n\nCOPI\n")
    assert done.status == 1
    lines = done.out.splitlines()
    assert lines[0] == "# escape=`"
    assert lines[2] == '      3-4  run "b  c"'
    assert lines[-1].startswith("        7  error: unknown instruction `COPI`")
    assert dlint("tree", "-", stdin=b"FROM a\n").status == 0


def test_tree_of_what_cannot_be_read(tmp_path: Path) -> None:
    done = dlint("tree", ".", cwd=tmp_path)
    assert (done.status, done.out) == (2, "")
    assert done.err == "dlint: `.`: is a directory, not a Dockerfile\n"
