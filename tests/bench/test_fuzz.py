"""The fuzzer finds faults, survives crashes and hangs, shrinks what it finds, and finds nothing in its first inputs."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench import fuzz
from bench.fuzzing import failures
from bench.fuzzing.grammar import GRAMMAR, NAMES, SETTINGS, expand
from bench.fuzzing.steps import STEPS

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


class Numbered(fuzz.Inputs):
    """Makes inputs that say which they are."""

    def make(self, number: int) -> tuple[dict[str, bytes], str, str]:
        return {"Dockerfile": b"FROM debian\n# %d\nRUN true\n" % number, "other": b"x"}, "check", str(number)


def test_it_goes_on_after_exceptions_hangs_and_crashes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def examine(root: Path, files: dict[str, bytes], step: str, seed: str) -> tuple[float, str]:
        if seed == "2":
            time.sleep(60)
        if seed == "3":
            os._exit(7)
        return 0.1, "ValueError: broken" if seed == "1" else ""

    monkeypatch.setattr(fuzz, "examine", examine)
    monkeypatch.setattr(fuzz, "SECONDS_AN_INPUT", 0.5)
    found = {result.number: result for result in fuzz.results(Numbered(0, ["check"]), range(6), 2, tmp_path)}
    assert sorted(found) == [0, 1, 2, 3, 4, 5]
    assert found[1].fault == "ValueError: broken"
    assert "a crash or a hang" in found[2].fault
    assert "in examine" in found[2].fault
    assert "status 1792" in found[3].fault
    assert not found[0].fault + found[4].fault + found[5].fault


def test_a_failure_is_saved_small_and_can_be_run_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def check(case: fuzz.Case) -> None:
        if b"RUN" in case.files["Dockerfile"]:
            raise ValueError("RUN is there")

    monkeypatch.setitem(STEPS, "check", (check, 1))
    files, step, seed = Numbered(0, ["check"]).make(1)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "root").mkdir()
    _, fault = fuzz.examine(tmp_path / "root", files, step, seed)
    kind = failures.signature(fault)
    assert kind == "ValueError: RUN is there"

    def fails(candidate: dict[str, bytes]) -> bool:
        return failures.signature(fuzz.examine(tmp_path / "root", candidate, step, seed)[1]) == kind

    small = failures.shrunk(files, fails, 20)
    assert small == {"Dockerfile": b"RUN"}
    failures.save(tmp_path / "saved", small, {"step": step, "step_seed": seed}, fault)
    command = [sys.executable, fuzz.__file__, "--replay", str(tmp_path / "saved")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout[:10]) == (0, "no failure")


def test_what_takes_too_long_is_killed() -> None:
    assert failures.isolated(lambda: "a", 5) == "a"
    assert failures.isolated(lambda: time.sleep(60) or "", 0.2) == "the process hangs"


@pytest.mark.parametrize("name", GRAMMAR)
def test_every_name_of_the_grammar_can_be_expanded(name: str) -> None:
    assert any(expand(name, random.Random(seed)) for seed in range(50))


def test_the_grammar_has_the_names_of_all_files() -> None:
    assert {kind for _, kind in (*NAMES, *SETTINGS)} <= set(GRAMMAR)


def test_an_input_is_the_same_in_every_run() -> None:
    first, again = (fuzz.Inputs(7, list(STEPS)) for _ in range(2))
    assert [first.make(number) for number in range(30)] == [again.make(number) for number in range(30)]


def test_it_finds_nothing_in_its_first_inputs(tmp_path: Path) -> None:
    command = [sys.executable, fuzz.__file__, "--inputs", "150", "--seed", "3", "--save", str(tmp_path / "failures")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "150 inputs of seed 3" in done.stdout
    assert not (tmp_path / "failures").exists()
