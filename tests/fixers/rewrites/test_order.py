"""Manifests before the source, and the slim base, where no second stage is made."""

from __future__ import annotations

from pathlib import Path

import pytest

from .cases import refusal, rewritten

FILES = {
    "requirements.txt": "-c limits.txt\nflask\n",
    "limits.txt": "flask<4\n",
    "pyproject.toml": '[project]\nname = "a"\nversion = "1"\n',
    "uv.lock": "",
    "package.json": "{}",
    "yarn.lock": "",
}


@pytest.mark.parametrize(
    ("install", "manifests"),
    [
        ("pip install -r requirements.txt", "requirements.txt limits.txt"),
        ("yarn install", "package.json yarn.lock"),
        ("uv sync --locked", "pyproject.toml uv.lock"),
    ],
)
def test_manifests_come_first(install: str, manifests: str, tmp_path: Path) -> None:
    text = f"FROM example.org/base:1\nWORKDIR /app\n# all of it\nCOPY . .\nENV A=1\nRUN {install}\nCMD run\n"
    assert rewritten(tmp_path, text, FILES, "order").text == (
        f"FROM example.org/base:1\nWORKDIR /app\nCOPY {manifests} ./\n"
        f"ENV A=1\nRUN {install}\n# all of it\nCOPY . .\nCMD run\n"
    )


@pytest.mark.parametrize(
    ("text", "files", "why"),
    [
        ("COPY . .\nRUN make\nRUN pip install -r requirements.txt", {}, "a RUN stands between"),
        ("COPY . .\nRUN pip install -e .", {}, "installs the project itself"),
        ("COPY . .\nRUN yarn", {"package.json": '{"scripts": {"postinstall": "x"}}'}, "the script `postinstall`"),
        ("COPY . .\nRUN yarn", {"package.json": '{"workspaces": ["a"]}'}, "package.json has workspaces"),
        (
            "COPY . .\nRUN yarn",
            {"package.json": '{"dependencies": {"a": "file:a"}}'},
            "`a` of package.json is a folder",
        ),
        ("COPY . .\nRUN uv sync", {"pyproject.toml": "[build-system]\n"}, "`uv sync` installs the project itself"),
        ("COPY . .\nRUN poetry install", {}, "`poetry install` installs the project itself"),
        (
            "COPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .",
            {},
            "no install of dependencies waits",
        ),
    ],
)
def test_order_is_left_alone_where_the_source_may_be_needed(
    text: str, files: dict[str, str], why: str, tmp_path: Path
) -> None:
    text = f"FROM example.org/base:1\nWORKDIR /app\n{text}\n"
    assert why in refusal(tmp_path, text, {**FILES, **files}, "order")


def test_a_locked_install_needs_no_compilers(tmp_path: Path) -> None:
    lock = '[[package]]\nname = "a"\nfiles = [{file = "a-1-cp312-cp312-manylinux_2_17_x86_64.whl"}]\n'
    text = "FROM python:3.12\nRUN pip install poetry\nWORKDIR /a\nCOPY . .\nRUN poetry install --no-root\nCMD run\n"
    files = {**FILES, "poetry.lock": lock}
    assert rewritten(tmp_path, text, files, "slim-base").text == text.replace("3.12", "3.12-slim")
    files["poetry.lock"] = lock.replace("manylinux_2_17_x86_64", "win32")
    assert "`a` has no wheel" in refusal(tmp_path, text, files, "slim-base")


def test_a_program_of_the_full_image_keeps_it(tmp_path: Path) -> None:
    text = "FROM python:3.12\nCOPY . /a\nRUN git clone x\nCMD python /a/x.py\n"
    assert "3: `git` is not in the slim image" in refusal(tmp_path, text, FILES, "slim-base")


def test_what_is_there_already_is_not_copied_again(tmp_path: Path) -> None:
    text = (
        "FROM example.org/base:1\nWORKDIR /app\n\nCOPY package.json yarn.lock ./\nRUN yarn install\n\n"
        "# the source\nCOPY . .\n\nRUN yarn install\n\nCMD run\n"
    )
    assert rewritten(tmp_path, text, FILES, "order").text == (
        "FROM example.org/base:1\nWORKDIR /app\n\nCOPY package.json yarn.lock ./\nRUN yarn install\n\n"
        "RUN yarn install\n\n# the source\nCOPY . .\n\nCMD run\n"
    )


def test_what_reads_the_source_in_one_run_with_the_install_comes_behind_it(tmp_path: Path) -> None:
    text = "FROM example.org/base:1\nWORKDIR /app\nCOPY . .\nRUN yarn install && yarn build\nCMD run\n"
    assert rewritten(tmp_path, text, FILES, "order").text == (
        "FROM example.org/base:1\nWORKDIR /app\nCOPY package.json yarn.lock ./\n"
        "RUN yarn install\nCOPY . .\nRUN yarn build\nCMD run\n"
    )


def test_manifests_come_behind_the_folder_that_they_belong_to(tmp_path: Path) -> None:
    text = "FROM example.org/base:1\nCOPY . /app\nWORKDIR /app\n# install\nRUN yarn install\nCMD run\n"
    assert rewritten(tmp_path, text, FILES, "order").text == (
        "FROM example.org/base:1\nWORKDIR /app\nCOPY package.json yarn.lock ./\n# install\nRUN yarn install\n"
        "COPY . /app\nCMD run\n"
    )


def test_a_copy_to_a_folder_that_changes_is_not_moved(tmp_path: Path) -> None:
    text = "FROM example.org/base:1\nWORKDIR /a\nCOPY . .\nWORKDIR /a/b\nRUN pip install -r ../requirements.txt\n"
    assert "3: WORKDIR changes" in refusal(tmp_path, text, FILES, "order")


def test_the_owner_of_the_source_owns_the_manifests(tmp_path: Path) -> None:
    text = "FROM example.org/base:1\nWORKDIR /app\nUSER node\nCOPY --chown=node . .\nRUN yarn install\n"
    assert "COPY --chown=node package.json yarn.lock ./\n" in rewritten(tmp_path, text, FILES, "order").text


def test_every_stage_gets_its_order(tmp_path: Path) -> None:
    text = (
        "FROM example.org/a:1 AS assets\nWORKDIR /a\nCOPY . .\nRUN yarn install\nRUN yarn build\n\n"
        "FROM example.org/b:1\nWORKDIR /b\nCOPY . .\nRUN pip install -r requirements.txt\n"
        "COPY --from=assets /a/dist dist\nCMD run\n"
    )
    assert rewritten(tmp_path, text, FILES, "order").text == (
        "FROM example.org/a:1 AS assets\nWORKDIR /a\nCOPY package.json yarn.lock ./\nRUN yarn install\nCOPY . .\n"
        "RUN yarn build\n\n"
        "FROM example.org/b:1\nWORKDIR /b\nCOPY requirements.txt limits.txt ./\nRUN pip install -r requirements.txt\n"
        "COPY . .\nCOPY --from=assets /a/dist dist\nCMD run\n"
    )
