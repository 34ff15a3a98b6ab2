"""A baseline: old findings stay quiet however the file is turned about, new ones are told."""

from __future__ import annotations

import json
import os
import random
import re
from collections import Counter
from pathlib import Path

import pytest
from dockerfile_dlint.lint.config.selection import select_rules
from dockerfile_dlint.lint.engine.diagnostic import Diagnostic
from dockerfile_dlint.lint.engine.known_findings import Baseline, BaselineError, baseline_entries, match_entries
from dockerfile_dlint.lint.engine.lint_plan import LintPlan
from dockerfile_dlint.lint.engine.linter import lint_source
from dockerfile_dlint.syntax.source import Source

from ..runner import dlint

LOCAL = LintPlan(select_rules(["DL3003", "DL3004", "DL3008", "DL3014", "DL3015", "DL3020", "DL3025", "DL4006"], []))
"""Rules that look at one instruction alone: what they find depends on nothing that the test moves."""


def found_in(lines: list[str]) -> tuple[Source, list[Diagnostic]]:
    source = Source("\n".join(lines) + "\n", "Dockerfile")
    return source, lint_source(source, LOCAL, None).diagnostics


def key(d: Diagnostic, source: Source) -> tuple[str, str, str]:
    """What makes a finding the same for a person: the rule, the line, the words."""
    line = source.line_text(d.start[0])
    return d.code, " ".join(line.split()), line[d.start[1] - 1 : d.end[1] - 1] if d.start[0] == d.end[0] else ""


def some_finding(rng: random.Random) -> str:
    name = f"p{rng.randrange(6)}"
    return rng.choice(
        [
            f"RUN cd /{name}",
            f"RUN sudo {name}",
            f"RUN apt-get update && apt-get install {name} && rm -rf /var/lib/apt/lists/*",
            f"ADD {name}.txt /",
            f"RUN {name} | tee log",
            f"CMD {name}",
            f"RUN true \\\n  && cd /{name} \\\n  && sudo {name}",
        ]
    )


def some_line(rng: random.Random) -> str:
    number = rng.randrange(100)
    return rng.choice([f"# note {number}", f"ENV A{number}=1", f"RUN make {number}", "", f"LABEL l{number}=x"])


def turned_about(lines: list[str], rng: random.Random) -> list[str]:
    """The instructions of a file moved, taken out and joined by others, the FROM left first."""
    head, rest = lines[:1], lines[1:]
    for _ in range(rng.randrange(1, 8)):
        what = rng.random()
        at = rng.randrange(len(rest) + 1)
        if what < 0.25 and rest:
            rest.insert(rng.randrange(len(rest)), rest.pop(rng.randrange(len(rest))))
        elif what < 0.4 and rest:
            rest.pop(rng.randrange(len(rest)))
        elif what < 0.6:
            rest.insert(at, some_line(rng))
        elif what < 0.85:
            rest.insert(at, some_finding(rng))
        elif what < 0.92 and rest:
            rest.insert(at, rng.choice(rest))
        else:
            rest = [line.replace("  ", "    ") for line in rest]
    return head + rest


@pytest.mark.parametrize("seed", range(200))
def test_old_findings_stay_quiet_and_new_ones_are_told(seed: int) -> None:
    rng = random.Random(seed)
    before = ["FROM debian:12"]
    before += [some_finding(rng) if rng.random() < 0.6 else some_line(rng) for _ in range(rng.randrange(3, 20))]
    source, was = found_in(before)
    known = baseline_entries(source, was)
    changed, now = found_in(turned_about(before, rng))
    matches = match_entries(baseline_entries(changed, now), known, changed)
    told = Counter(key(d, changed) for d, match in zip(now, matches, strict=True) if match is None)
    expected = Counter(key(d, changed) for d in now) - Counter(key(d, source) for d in was)
    assert told == expected


def test_of_two_alike_the_one_among_new_neighbours_is_new() -> None:
    before = ["FROM debian:12", "ENV A=1", "RUN cd /a", "ENV B=1"]
    source, was = found_in(before)
    changed, now = found_in(["FROM debian:12", "RUN cd /a", "ENV C=1", *before[1:]])
    matches = match_entries(baseline_entries(changed, now), baseline_entries(source, was), changed)
    assert [d.start[0] for d, match in zip(now, matches, strict=True) if match is None] == [2]


def test_a_finding_about_the_whole_file_may_change_its_place() -> None:
    plan = LintPlan(select_rules(["DL3002"], []))
    one = Source("FROM debian:12\nUSER root\nRUN a\n")
    two = Source("FROM debian:12\nUSER root\nRUN a\nUSER 0:root\nUSER root\n# end\n")
    was, now = (lint_source(source, plan, None).diagnostics for source in (one, two))
    assert [d.start[0] for d in was + now] == [2, 5]
    assert None not in match_entries(baseline_entries(two, now), baseline_entries(one, was), two)


# The commands -----------------------------------------------------------------------------------------------------

DOCKERFILE = "FROM debian:12\nRUN sudo a\nRUN cd /b\n"
RULES = ("--isolated", "--select", "DL3003,DL3004,DL3006")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "a").mkdir()
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    (tmp_path / "a" / "Dockerfile").write_text(DOCKERFILE)
    return tmp_path


def test_a_monorepo_is_adopted_at_once(project: Path) -> None:
    done = dlint("baseline", *RULES, ".", cwd=project)
    assert (done.status, done.out) == (0, "")
    assert ".dlint-baseline.json" in done.err
    use = (*RULES, "--baseline", ".dlint-baseline.json")
    clean = dlint(*use, ".", cwd=project)
    assert (clean.status, clean.out) == (0, "")
    (project / "a" / "Dockerfile").write_text("# more\n\n" + DOCKERFILE + "RUN sudo b\n")
    told = dlint(*use, "-q", ".", cwd=project)
    assert told.status == 1
    assert told.out.count("\n") == 1
    assert "a/Dockerfile:6:5: DL3004" in told.out


def test_the_paths_count_from_the_baseline(project: Path) -> None:
    dlint("baseline", *RULES, ".", cwd=project)
    assert dlint(*RULES, "--baseline", "../.dlint-baseline.json", "Dockerfile", cwd=project / "a").status == 0
    (project / "dlint.toml").write_text('baseline = ".dlint-baseline.json"\nselect = ["DL3003", "DL3004"]\n')
    assert dlint(".", cwd=project / "a").status == 0
    assert dlint("--isolated", "--select", "DL", ".", cwd=project / "a").status == 1


def test_prune_forgets_what_is_gone_and_nothing_else(project: Path) -> None:
    dlint("baseline", *RULES, ".", cwd=project)
    (project / "Dockerfile").write_text("FROM debian:12\nRUN cd /b\n")
    use = (*RULES, "--baseline", ".dlint-baseline.json")
    assert "1 stale finding in .dlint-baseline.json" in dlint(*use, ".", cwd=project).err
    pruned = dlint("baseline", "--prune", *RULES, "Dockerfile", cwd=project)
    assert "removed 1 fixed finding" in pruned.err
    kept = json.loads((project / ".dlint-baseline.json").read_text())["files"]
    assert {name: len(rows) for name, rows in kept.items()} == {"Dockerfile": 1, "a/Dockerfile": 2}
    (project / "Dockerfile").write_text(DOCKERFILE)
    assert dlint(*use, ".", cwd=project).codes == ["DL3004"]
    (project / "a" / "Dockerfile").unlink()
    dlint("baseline", "--prune", *RULES, "Dockerfile", cwd=project)
    assert list(json.loads((project / ".dlint-baseline.json").read_text())["files"]) == ["Dockerfile"]


def test_a_renamed_file_keeps_its_findings(project: Path) -> None:
    dlint("baseline", *RULES, ".", cwd=project)
    (project / "b").mkdir()
    (project / "a" / "Dockerfile").rename(project / "b" / "Containerfile")
    (project / "b" / "new.Dockerfile").write_text("FROM debian:12\nRUN sudo other\n")
    told = dlint(*RULES, "-q", "--baseline", ".dlint-baseline.json", ".", cwd=project)
    assert [line.split(" ")[0] for line in told.out.splitlines()] == ["b/new.Dockerfile:2:5:"]
    pruned = dlint("baseline", "--prune", *RULES, ".", cwd=project)
    assert "removed 0 fixed findings" in pruned.err
    kept = json.loads((project / ".dlint-baseline.json").read_text())["files"]
    assert {name: len(rows) for name, rows in kept.items()} == {"Dockerfile": 2, "b/Containerfile": 2}


def test_a_part_can_be_written_anew(project: Path) -> None:
    dlint("baseline", *RULES, ".", cwd=project)
    (project / "a" / "Dockerfile").write_text(DOCKERFILE + "RUN sudo b\n")
    dlint("baseline", *RULES, "a", cwd=project)
    kept = json.loads((project / ".dlint-baseline.json").read_text())["files"]
    assert {name: len(rows) for name, rows in kept.items()} == {"Dockerfile": 2, "a/Dockerfile": 3}


def test_syntax_errors_are_told_all_the_same(project: Path) -> None:
    (project / "Dockerfile").write_text("FROM debian:12\nNONSENSE\n")
    dlint("baseline", *RULES, ".", cwd=project)
    assert dlint(*RULES, "--baseline", ".dlint-baseline.json", ".", cwd=project).codes == ["SYN003"]


@pytest.mark.parametrize("value", ["../outside/b.json", "{}/outside/b.json", "link/b.json", "b.json"])
def test_a_configuration_file_does_not_lead_out_of_the_repository(value: str, tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "repository"
    outside.mkdir()
    (inside / ".git").mkdir(parents=True)
    (inside / "Dockerfile").write_text(DOCKERFILE)
    (inside / "link").symlink_to(outside)
    (inside / "b.json").symlink_to(outside / "b.json")
    value = value.format(tmp_path)
    (inside / "dlint.toml").write_text(f'baseline = "{value}"\n')
    done = dlint("baseline", *RULES[1:], cwd=inside)
    assert done.status == 2
    assert re.fullmatch(r"dlint: dlint.toml:1: `.*` is outside of the repository; .*\n", done.err)
    assert os.listdir(outside) == []
    (inside / "b.json").unlink()
    assert dlint("baseline", *RULES[1:], "--baseline", value, cwd=inside).status == 0
    assert (inside / value).is_file()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 2, "files": {}}', '{"version": 1, "files": {"a": [1]}}'])
def test_what_is_no_baseline(text: str, tmp_path: Path) -> None:
    path = tmp_path / "b.json"
    path.write_text(text)
    with pytest.raises(BaselineError, match="to recreate it"):
        Baseline.read(str(path))
    (tmp_path / "Dockerfile").write_text("FROM debian:12\n")
    done = dlint("--isolated", "--baseline", "gone.json", "Dockerfile", cwd=tmp_path)
    assert done.status == 2
    assert "run `dlint baseline` to create it" in done.err


def test_a_baseline_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = str(tmp_path / "b.json")
    baseline = Baseline(path)
    source, found = found_in(["FROM debian:12", "RUN cd /ü", 'RUN sudo "a"'])
    baseline.files = {"ä/Dockerfile": baseline_entries(source, found)}
    baseline.write()
    again = Baseline.read(path)
    assert [e.to_json() for e in again.files["ä/Dockerfile"]] == [e.to_json() for e in baseline.files["ä/Dockerfile"]]


def test_a_baseline_of_bytes_that_are_not_utf_8_is_json(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_bytes(b"\xff\nFROM debian:12\n")
    assert dlint("baseline", "--isolated", "--select", "ALL", cwd=tmp_path).status == 0
    (entry, *_) = json.loads((tmp_path / ".dlint-baseline.json").read_bytes())["files"]["Dockerfile"]
    assert entry["message"].startswith("\udcff ")
    known = dlint("--isolated", "--select", "DL3061", "--baseline", ".dlint-baseline.json", ".", cwd=tmp_path)
    assert known.codes == ["SYN003"]
    assert dlint("baseline", "--isolated", "--select", "ALL", "--prune", cwd=tmp_path).status == 0
