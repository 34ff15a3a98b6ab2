"""The plan of a stage split, and the text made from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ..rewrites.cases import rewritten

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TEXT = """\
FROM python:3.12-bookworm
# the database
RUN apt-get update && apt-get install -y gcc libpq-dev tini && rm -rf /var/lib/apt/lists/*
# the web server
RUN apt-get update && apt-get install -y --no-install-recommends nginx
WORKDIR /app
# requirements
COPY requirements.txt .
# install
RUN pip install -r requirements.txt && rm -rf /root/.cache
# the source
COPY . .
EXPOSE 80
CMD ["python", "app.py"]
"""
FILES = {"requirements.txt": "psycopg2==2.9\n", "app.py": "import psycopg2\n"}


def plan_of(folder: Path, text: str, files: Mapping[str, str]) -> tuple[str, Mapping[str, Any]]:
    result = rewritten(folder, text, files)
    (outcome,) = result.outcomes
    assert outcome.plan is not None
    return result.text, outcome.plan.data


def test_each_instruction_and_command_has_a_place_and_a_reason(tmp_path: Path) -> None:
    _, plan = plan_of(tmp_path, TEXT, FILES)
    places = {each["text"].partition(" ")[0] + each["text"][-3:]: each["place"] for each in plan["instructions"]}
    assert len(plan["instructions"]) == 8
    assert all(each["reason"] for each in plan["instructions"])
    assert [each["place"] for each in plan["instructions"][:2]] == ["both", "runtime"]
    assert places["WORKDIRapp"] == "both"
    assert places["COPYt ."] == "builder"
    assert places["COPY. ."] == "runtime"
    install = next(each for each in plan["instructions"] if "pip" in each["text"])
    assert [(each["place"], each["text"][:6]) for each in install["commands"]] == [
        ("builder", "pip in"),
        ("dropped", "rm -rf"),
    ]


def test_packages_of_the_runtime_say_what_they_are_for(tmp_path: Path) -> None:
    _, plan = plan_of(tmp_path, TEXT, FILES)
    assert {each["name"]: each["for"] for each in plan["packages"]} == {
        "libpq5": "what is compiled with `libpq-dev`",
        "tini": "the program, as before",
        "nginx": "the program, as before",
    }


def test_programs_that_no_build_calls_are_only_in_the_runtime(tmp_path: Path) -> None:
    builder, _, final = rewritten(tmp_path, TEXT, FILES).text.partition("\n\n")
    assert "gcc" in builder
    assert "nginx" not in builder
    assert "tini" not in builder
    assert "        nginx \\\n        tini \\\n" in final


def test_comments_are_above_what_their_instruction_has_become(tmp_path: Path) -> None:
    builder, _, final = rewritten(tmp_path, TEXT, FILES).text.partition("\n\n")
    assert "# the database\nRUN apt-get" in builder
    assert "# requirements\nCOPY requirements.txt .\n# install\nRUN pip install" in builder
    assert "# the web server\nRUN apt-get" in final
    assert "# the source\nCOPY . .\n" in final


@pytest.mark.parametrize("dropped", ["RUN pip cache purge", "RUN rm -rf /root/.cache/pip && pip cache purge"])
def test_the_comment_of_a_dropped_instruction_is_never_before_nothing(dropped: str, tmp_path: Path) -> None:
    text = TEXT.replace("# the source\n", f"# no caches\n{dropped}\n# the source\n")
    result = rewritten(tmp_path, text, FILES).text
    after = result.partition("# no caches\n")[2]
    assert after
    assert not after.startswith("\n")
    assert after.strip()


def test_no_instruction_is_lost(tmp_path: Path) -> None:
    """What the plan does not drop is in the text of the stage that it names."""
    text, plan = plan_of(tmp_path, TEXT, FILES)
    builder, _, final = text.partition("\n\n")
    for each in plan["instructions"]:
        if not each["text"].startswith("RUN"):
            assert (each["text"] in builder) == (each["place"] in ("builder", "both"))
            assert (each["text"] in final) == (each["place"] in ("runtime", "both"))


def test_a_file_that_a_later_command_names_is_copied_as_before(tmp_path: Path) -> None:
    text = TEXT.replace("# the source\n", "COPY start.sh .\nRUN chmod +x start.sh\n# the source\n")
    final = rewritten(tmp_path, text, {**FILES, "start.sh": ""}).text.partition("\n\n")[2]
    assert "COPY start.sh .\nRUN chmod +x start.sh\n# the source\nCOPY . .\n" in final
