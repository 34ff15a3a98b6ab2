"""A builder and a slim runtime for Python with Poetry, uv and Pipenv."""

from __future__ import annotations

from pathlib import Path

import pytest

from .cases import refusal, rewritten

PYPROJECT = """\
[tool.poetry]
name = "web"
package-mode = false

[tool.poetry.dependencies]
python = "^3.11"
flask = "^3"
gunicorn = "*"

[tool.poetry.group.dev.dependencies]
pytest = "*"
"""
LOCK = """\
[[package]]
name = "flask"
groups = ["main"]

[package.dependencies]
werkzeug = ">=3"

[[package]]
name = "gunicorn"

[[package]]
name = "pytest"

[[package]]
name = "werkzeug"
"""
FILES = {"pyproject.toml": PYPROJECT, "poetry.lock": LOCK, "web.py": "import flask\nimport werkzeug\n"}
POETRY = """\
FROM python:3.12
RUN pip install poetry
WORKDIR /app
COPY . .
# what it needs
RUN poetry config virtualenvs.create false && poetry install --no-root
EXPOSE 8000
CMD ["gunicorn", "web:app"]
"""


def test_poetry_stays_in_the_builder(tmp_path: Path) -> None:
    assert (
        rewritten(tmp_path, POETRY, FILES).text
        == """\
FROM python:3.12 AS build
RUN pip install poetry
WORKDIR /app
RUN python -m venv /opt/venv
# Poetry installs into the environment that is active
ENV VIRTUAL_ENV=/opt/venv PATH="/opt/venv/bin:$PATH"
COPY pyproject.toml poetry.lock ./
# what it needs
RUN poetry config virtualenvs.create false && poetry install --no-root --only main

FROM python:3.12-slim
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
ENV PATH="/opt/venv/bin:$PATH"
COPY . .
EXPOSE 8000
CMD ["gunicorn", "web:app"]
"""
    )


def test_poetry_comes_along_where_it_starts_the_program(tmp_path: Path) -> None:
    text = POETRY.replace('["gunicorn"', '["poetry", "run", "gunicorn"')
    final = rewritten(tmp_path, text, FILES).text.partition("\n\n")[2]
    assert final.startswith(
        "FROM python:3.12-slim\nWORKDIR /app\n# Python with its packages, including Poetry\n"
        "COPY --from=build /usr/local /usr/local\nRUN poetry config virtualenvs.create false\nCOPY . .\n"
    )
    assert "/opt/venv" not in final


@pytest.mark.parametrize("start", ["gunicorn", "poetry run gunicorn"])
def test_the_script_of_poetrys_makers_installs_it(start: str, tmp_path: Path) -> None:
    script = "RUN curl -sSL https://install.python-poetry.org | POETRY_HOME=/opt/poetry python3 - --version 1.8.3"
    text = POETRY.replace("RUN pip install poetry", script + '\nENV PATH="/opt/poetry/bin:$PATH"')
    text = text.replace('["gunicorn"', "[" + ", ".join(f'"{word}"' for word in start.split()))
    builder, _, final = rewritten(tmp_path, text, FILES).text.partition("\n\n")
    assert f"{script}\n" in builder
    assert (script in final) is ("poetry" in start)
    assert ("        curl \\\n" in final) is ("poetry" in start)


def test_an_environment_of_poetry_keeps_its_folder(tmp_path: Path) -> None:
    text = POETRY.replace("poetry config virtualenvs.create false && ", "").replace(
        '["gunicorn"', '["poetry", "run", "gunicorn"'
    )
    final = rewritten(tmp_path, text, FILES).text.partition("\n\n")[2]
    folder = "/root/.cache/pypoetry/virtualenvs"
    assert f"RUN pip install poetry\nWORKDIR /app\nCOPY --from=build {folder} {folder}\nCOPY . .\n" in final
    assert "/opt/venv" not in final


@pytest.mark.parametrize(
    "source",
    ["import pytest\n", "import yaml\n", "APPS = ['pytest.x']\n", "import subprocess\nsubprocess.run(['pytest'])\n"],
)
def test_development_dependencies_stay_where_they_may_be_used(source: str, tmp_path: Path) -> None:
    assert "--only main" not in rewritten(tmp_path, POETRY, {**FILES, "more.py": source}).text


def test_tests_may_use_development_dependencies(tmp_path: Path) -> None:
    assert "--only main" in rewritten(tmp_path, POETRY, {**FILES, "tests/test_web.py": "import pytest\n"}).text


def test_the_project_itself_is_installed_behind_what_it_needs(tmp_path: Path) -> None:
    backend = '\n[build-system]\nrequires = ["poetry-core"]\nbuild-backend = "poetry.core.masonry.api"\n'
    files = {**FILES, "pyproject.toml": PYPROJECT.replace("package-mode = false\n", "") + backend}
    result = rewritten(tmp_path, POETRY.replace(" --no-root", ""), files).text
    assert (
        "RUN poetry config virtualenvs.create false && poetry install --only main --no-root\n"
        "COPY . .\nRUN poetry install --only main\n\nFROM"
    ) in result


UV = """\
FROM python:3.12-slim
WORKDIR /app
COPY --from=ghcr.io/astral-sh/uv:0.5 /uv /bin/uv
COPY . .
RUN uv sync --frozen
ENV PATH="/app/.venv/bin:$PATH"
CMD ["uvicorn", "main:app"]
"""
UV_FILES = {
    "pyproject.toml": (
        '[project]\nname = "svc"\nversion = "1"\nrequires-python = ">=3.11"\n'
        'dependencies = ["fastapi>=0.1", "uvicorn[standard]"]\n\n[dependency-groups]\ndev = ["ruff"]\n'
    ),
    "uv.lock": '[[package]]\nname = "fastapi"\n\n[[package]]\nname = "uvicorn"\n\n[[package]]\nname = "ruff"\n',
    "main.py": "import fastapi\n",
}


def test_uv_stays_in_the_builder(tmp_path: Path) -> None:
    assert (
        rewritten(tmp_path, UV, UV_FILES).text
        == """\
FROM python:3.12-slim AS build
WORKDIR /app
COPY --from=ghcr.io/astral-sh/uv:0.5 /uv /bin/uv
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev

FROM python:3.12-slim
WORKDIR /app
COPY --from=build /app/.venv /app/.venv
COPY . .
ENV PATH="/app/.venv/bin:$PATH"
CMD ["uvicorn", "main:app"]
"""
    )


@pytest.mark.parametrize(("flag", "left"), [("", False), ("--no-sync", True), ("--no-dev", True)])
def test_uv_run_would_install_what_is_left_behind(flag: str, left: bool, tmp_path: Path) -> None:
    text = UV.replace('["uvicorn"', f'["uv", "run", "{flag}", "uvicorn"').replace('"", ', "")
    text = text.replace("3.12-slim", "3.12")
    assert ("uv sync --frozen --no-dev" in rewritten(tmp_path, text, UV_FILES).text) is left


def test_a_lock_file_that_the_install_writes_comes_along_where_uv_reads_it(tmp_path: Path) -> None:
    files = {name: text for name, text in UV_FILES.items() if name != "uv.lock"}
    text = UV.replace(" --frozen", "")
    assert "uv.lock" not in rewritten(tmp_path, text, files).text
    text = text.replace("3.12-slim", "3.12").replace('"uvicorn"', '"uv", "run", "uvicorn"')
    assert "COPY --from=build /app/uv.lock /app/uv.lock\n" in rewritten(tmp_path, text, files).text


def test_uv_pip_installs_as_pip_does(tmp_path: Path) -> None:
    text = (
        "FROM python:3.12\nRUN pip install uv\nWORKDIR /app\nCOPY . .\n"
        "RUN uv pip install --system -r requirements.txt\nCMD gunicorn\n"
    )
    files = {"requirements.txt": "flask\n"}
    assert rewritten(tmp_path, text, files).text == (
        "FROM python:3.12 AS build\nRUN pip install uv\nWORKDIR /app\nCOPY requirements.txt ./\n"
        "RUN uv pip install --prefix=/install --system -r requirements.txt\n\n"
        "FROM python:3.12-slim\nWORKDIR /app\n"
        "# the packages, where the image's Python looks for them\nCOPY --from=build /install /usr/local\n"
        "COPY . .\nCMD gunicorn\n"
    )
    assert "installs into a virtual environment" in refusal(tmp_path, text.replace("--system ", ""), files)
    assert "uv runs in the final image" in refusal(tmp_path, text.replace("CMD", "CMD uv run"), files)


PIPENV = """\
FROM python:3.11
RUN pip install pipenv
WORKDIR /app
COPY . .
RUN pipenv install --system --deploy
CMD ["python", "app.py"]
"""
PIPFILE = {
    "Pipfile": '[packages]\nflask = "*"\n',
    "Pipfile.lock": '{"default": {"flask": {}}}',
    "app.py": "import flask\n",
}


def test_pipenv_stays_in_the_builder(tmp_path: Path) -> None:
    assert (
        rewritten(tmp_path, PIPENV, PIPFILE).text
        == """\
FROM python:3.11 AS build
RUN pip install pipenv
WORKDIR /app
RUN python -m venv /opt/venv
ENV VIRTUAL_ENV=/opt/venv PATH="/opt/venv/bin:$PATH"
COPY Pipfile Pipfile.lock ./
RUN pipenv install --system --deploy

FROM python:3.11-slim
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
ENV PATH="/opt/venv/bin:$PATH"
COPY . .
CMD ["python", "app.py"]
"""
    )


def test_libraries_behind_locked_packages_are_installed(tmp_path: Path) -> None:
    files = {**PIPFILE, "Pipfile.lock": '{"default": {"flask": {}, "psycopg2": {}}}'}
    text = PIPENV.replace("3.11", "3.11-bookworm")
    assert "        libpq5 \\\n" in rewritten(tmp_path, text, files).text.partition("\n\n")[2]


@pytest.mark.parametrize(
    ("text", "files", "why"),
    [
        (
            POETRY,
            {**FILES, "a.py": "import requests\n"},
            "6: the program imports `requests`, which only poetry brings",
        ),
        (
            POETRY,
            {**FILES, "start.sh": "/usr/local/bin/gunicorn\n"},
            "0: `start.sh` contains the path `/usr/local/bin/g…`",
        ),
        (POETRY.replace("[", '["sudo", '), FILES, "0: `sudo` resets PATH, so what it starts may not find"),
        (
            POETRY.replace("pip install poetry", "pip install poetry boto3"),
            FILES,
            "2: `pip install poetry boto3` installs",
        ),
        (POETRY.replace("RUN poetry", "USER app\nRUN poetry"), FILES, "7: the dependencies are installed as `app`"),
        (POETRY + "RUN poetry install\n", FILES, "9: the dependencies are installed more than once"),
        (
            POETRY.replace(" --no-root", ""),
            {**FILES, "pyproject.toml": '[tool.poetry]\nname = "a"\n'},
            "6: installing the project",
        ),
        (
            POETRY,
            {**FILES, "pyproject.toml": '[tool.poetry.dependencies]\na = {path = "a"}\n'},
            "6: pyproject.toml has local dependencies",
        ),
        (UV, {**UV_FILES, ".python-version": "3.13\n"}, "5: `.python-version` may require another Python version"),
        (UV.replace("3.12", "3.9"), UV_FILES, "5: `requires-python` may require another Python version"),
        (
            UV,
            {**UV_FILES, ".venv/bin/python": ""},
            "5: `.venv` in the build context would overwrite the virtual environment",
        ),
        (PIPENV, {**PIPFILE, "Pipfile": '[packages]\na = {path = "."}\n'}, "5: `a` in the Pipfile is a local package"),
        (
            PIPENV.replace('["python"', '["pipenv", "run"'),
            PIPFILE,
            "5: pipenv runs in the final image and may install into",
        ),
    ],
)
def test_unsupported_files_are_rejected(text: str, files: dict[str, str], why: str, tmp_path: Path) -> None:
    assert refusal(tmp_path, text, files).startswith(why)


def test_a_slim_base_where_poetry_stays_gains_nothing(tmp_path: Path) -> None:
    text = POETRY.replace("3.12", "3.12-slim").replace('["gunicorn"', '["poetry", "run", "gunicorn"')
    assert "a second stage saves nothing" in refusal(tmp_path, text, FILES)


def test_poetry_stays_where_nothing_else_reaches_its_environment(tmp_path: Path) -> None:
    text = (
        "FROM python:3.12\nWORKDIR /app\nRUN pip install poetry\nCOPY pyproject.toml poetry.lock ./\n"
        "RUN poetry install --no-root\nCOPY . .\nCMD python app.py\n"
    )
    files = {
        "pyproject.toml": '[tool.poetry]\nname = "a"\n[tool.poetry.dependencies]\npython = "^3.12"\n',
        "poetry.lock": "",
        "app.py": "",
    }
    final = rewritten(tmp_path, text, files).text.partition("-slim\n")[2]
    assert "RUN pip install poetry\n" in final
    assert "COPY --from=build /root/.cache/pypoetry/virtualenvs /root/.cache/pypoetry/virtualenvs\n" in final


def test_a_locked_package_without_a_wheel_has_the_libraries_that_it_is_compiled_with(tmp_path: Path) -> None:
    wheel = 'files = [{file = "lxml-5.2.0-cp311-cp311-manylinux_2_28_x86_64.whl"}]\n'
    text = "FROM python:3.11-bookworm\nWORKDIR /app\nRUN pip install poetry && poetry config virtualenvs.create false\n"
    text += "COPY pyproject.toml poetry.lock ./\nRUN poetry install\nCOPY . .\nCMD gunicorn app:app\n"
    files = {
        "pyproject.toml": PYPROJECT,
        "poetry.lock": f'{LOCK}\n[[package]]\nname = "lxml"\n',
        "app.py": "import flask\n",
    }
    final = rewritten(tmp_path, text, files).text.partition("\n\n")[2]
    assert "libxslt1.1" in final
    files["poetry.lock"] += wheel
    assert "libxslt1.1" not in rewritten(tmp_path, text, files).text
