"""A builder and a slim runtime for Python with a virtual environment of the file's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from .cases import refusal, rewritten

TEXT = """\
FROM python:3.11-bookworm
ENV VIRTUAL_ENV=/opt/venv
# where the packages go
RUN python3 -m venv $VIRTUAL_ENV
ENV PATH="$VIRTUAL_ENV/bin:$PATH"
WORKDIR /app
COPY . .
RUN pip install -r requirements.txt
CMD ["python", "app.py"]
"""
FILES = {"requirements.txt": "flask\npsycopg2\n", "app.py": "import flask\n"}


def test_the_environment_is_made_in_a_builder(tmp_path: Path) -> None:
    assert (
        rewritten(tmp_path, TEXT, FILES).text
        == """\
FROM python:3.11-bookworm AS build
ENV VIRTUAL_ENV=/opt/venv
# where the packages go
RUN python3 -m venv $VIRTUAL_ENV
ENV PATH="$VIRTUAL_ENV/bin:$PATH"
WORKDIR /app
COPY requirements.txt ./
RUN pip install -r requirements.txt

FROM python:3.11-slim-bookworm
ENV VIRTUAL_ENV=/opt/venv
ENV PATH="$VIRTUAL_ENV/bin:$PATH"
WORKDIR /app
RUN apt-get update \\
    && apt-get install -y --no-install-recommends \\
        libpq5 \\
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/venv /opt/venv
COPY . .
CMD ["python", "app.py"]
"""
    )


@pytest.mark.parametrize(
    ("make", "install", "folder"),
    [
        ("python -m venv venv", "venv/bin/pip install -r requirements.txt", "/app/venv"),
        ("pip install virtualenv && virtualenv /v", "/v/bin/python -m pip install flask", "/v"),
        ("pip install uv && uv venv", "uv pip install -r pyproject.toml", "/app/.venv"),
    ],
)
def test_ways_to_make_and_to_fill_it(make: str, install: str, folder: str, tmp_path: Path) -> None:
    text = f'FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN {make}\nRUN {install}\nCMD ["{folder}/bin/flask"]\n'
    files = {"requirements.txt": "flask\n", "pyproject.toml": '[project]\nname = "a"\ndependencies = ["flask>=3"]\n'}
    builder, _, final = rewritten(tmp_path, text, files).text.partition("\n\n")
    assert f"RUN {make}\n" in builder
    assert builder.endswith(f"RUN {install}")
    assert final == (
        f"FROM python:3.12-slim\nWORKDIR /app\nCOPY --from=build {folder} {folder}\nCOPY . .\n"
        f'CMD ["{folder}/bin/flask"]\n'
    )


@pytest.mark.parametrize(
    ("old", "new", "files", "why"),
    [
        (
            "RUN pip install",
            "RUN pip install boto3 --user && pip install",
            {},
            "8: the effect of `pip install boto3 --user` is unknown",
        ),
        (
            "ENV PATH",
            "RUN pip install boto3\nENV PATH",
            {},
            "5: `pip install boto3` installs outside the virtual environment",
        ),
        ("RUN pip", "RUN python -m venv /other\nRUN pip", {}, "8: the effect of `python -m venv /other` is unknown"),
        (
            "-m venv",
            "-m venv --system-site-packages",
            {},
            "4: the effect of `python3 -m venv --system-site-packages",
        ),
        ("-r requirements.txt", ".", {}, "8: `pip install .` installs the project itself"),
        (
            "/opt/venv",
            "/app/venv",
            {"venv/bin/python": ""},
            "8: `venv` in the build context would overwrite the virtual environment",
        ),
        ("RUN pip install -r requirements.txt\n", "", {}, "0: no RUN installs packages into the virtual environment"),
        ("RUN pip", "USER app\nRUN pip", {}, "9: the dependencies are installed as `app`"),
    ],
)
def test_unsupported_files_are_rejected(old: str, new: str, files: dict[str, str], why: str, tmp_path: Path) -> None:
    assert refusal(tmp_path, TEXT.replace(old, new, 1), {**FILES, **files}).startswith(why)


def test_dependencies_that_are_only_known_to_the_build_are_refused(tmp_path: Path) -> None:
    files = {**FILES, "pyproject.toml": '[project]\nname = "a"\ndynamic = ["dependencies"]\n'}
    text = TEXT.replace("-r requirements.txt", "-r pyproject.toml")
    assert (
        refusal(tmp_path, text, files)
        == "0: the dependencies in `pyproject.toml` are not static; list them as literals"
    )
