"""The .dockerignore that is proposed."""

from __future__ import annotations

from pathlib import Path

from dockerfile_dlint.fixers.rewrites.dockerignore import Proposal, propose
from dockerfile_dlint.model.build import Build
from dockerfile_dlint.model.context import Context
from dockerfile_dlint.syntax.parser import parse
from dockerfile_dlint.syntax.source import Source

FILES = (".git/HEAD", ".github/workflows/a.yml", "app/a.py", "app/__pycache__/a.pyc", ".env", "README.md", "tests/t.py")


def proposed(folder: Path, text: str, files: tuple[str, ...] = FILES, old: str | None = None) -> Proposal:
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x" * 10)
    if old is not None:
        (folder / ".dockerignore").write_text(old)
    context = Context(str(folder))
    return propose([Build(parse(Source(text)), lambda _: context)], context)


def test_what_is_there_and_known_to_be_waste_is_named(tmp_path: Path) -> None:
    found = proposed(tmp_path, "FROM a\nCOPY . .\n")
    assert found.new == ("# version control\n.git\n\n# continuous integration\n.github\n\n# caches\n**/__pycache__\n")
    assert (found.before, found.after) == (70, 40)


def test_what_is_named_by_the_dockerfile_stays(tmp_path: Path) -> None:
    found = proposed(tmp_path, "FROM a\nCOPY .github/workflows/a.yml /\nRUN git describe > /version\n")
    assert found.new == "# caches\n**/__pycache__\n"


def test_an_existing_file_is_extended_at_its_end(tmp_path: Path) -> None:
    found = proposed(tmp_path, "FROM a\nCOPY . .\n", old="# mine\r\n.git\r\n")
    assert found.new.startswith("# mine\r\n.git\r\n\r\n# continuous integration\r\n.github\r\n")
    assert "\n.git\r\n" in found.new
    assert found.new.count(".git\r\n") == 1


def test_exceptions_are_the_users_word(tmp_path: Path) -> None:
    assert proposed(tmp_path, "FROM a\nCOPY . .\n", old="*\n!app\n!.github\n").new.endswith(
        "!.github\n\n# caches\n**/__pycache__\n"
    )


def test_nothing_to_add_changes_nothing(tmp_path: Path) -> None:
    once = proposed(tmp_path, "FROM a\nCOPY . .\n").new
    assert proposed(tmp_path, "FROM a\nCOPY . .\n", old=once).new == once
