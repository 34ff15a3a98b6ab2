"""A builder and a slim runtime for Python."""

from __future__ import annotations

from pathlib import Path

import pytest

from .cases import refusal, rewritten

FLASK = """\
FROM python:3.12-bookworm
WORKDIR /app
COPY . .
# what it needs
RUN pip install -r requirements.txt
ENV PORT=5000
EXPOSE 5000
USER nobody
CMD ["gunicorn", "app:app"]
"""
FILES = {"requirements.txt": "flask==3.0.3\ngunicorn==22.0.0\n", "app.py": "import flask\n"}


def test_dependencies_are_installed_in_a_builder(tmp_path: Path) -> None:
    assert (
        rewritten(tmp_path, FLASK, FILES).text
        == """\
FROM python:3.12-bookworm AS build
WORKDIR /app
COPY requirements.txt ./
# what it needs
RUN pip install --prefix=/install -r requirements.txt

FROM python:3.12-slim-bookworm
WORKDIR /app
# the packages, where the image's Python looks for them
COPY --from=build /install /usr/local
COPY . .
ENV PORT=5000
EXPOSE 5000
USER nobody
CMD ["gunicorn", "app:app"]
"""
    )


def test_several_installs_share_an_environment(tmp_path: Path) -> None:
    text = FLASK.replace("RUN pip", "RUN pip install -U pip && pip install gunicorn\nRUN pip")
    builder, _, final = rewritten(tmp_path, text, FILES).text.partition("\n\n")
    assert "RUN python -m venv /opt/venv && /opt/venv/bin/pip install --no-cache-dir wheel==0.45.1\n" in builder
    assert "RUN pip install -U pip && pip install gunicorn\n" in builder
    assert 'COPY --from=build /opt/venv /opt/venv\nENV PATH="/opt/venv/bin:$PATH"\nCOPY . .\n' in final


def test_an_upgrade_of_pip_stays_in_the_builder(tmp_path: Path) -> None:
    text = FLASK.replace("RUN pip", "RUN pip install --upgrade pip\nRUN python -m pip")
    builder, _, final = rewritten(tmp_path, text, FILES).text.partition("\n\n")
    assert "RUN pip install --upgrade pip\n" in builder
    assert "RUN python -m pip install --prefix=/install -r requirements.txt" in builder
    assert "pip install" not in final


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    once = rewritten(tmp_path, FLASK, FILES, "multi-stage", "slim-base", "order").text
    assert rewritten(tmp_path, once, FILES, "multi-stage", "slim-base", "order").text == once


def test_headers_stay_behind_and_their_libraries_are_installed(tmp_path: Path) -> None:
    text = """\
FROM python:3.11-slim-bookworm
ENV DEBIAN_FRONTEND=noninteractive
RUN apt-get update && apt-get install -y gcc libpq-dev gettext && rm -rf /var/lib/apt/lists/*
WORKDIR /srv
COPY requirements/ requirements/
RUN pip install -r requirements/prod.txt
COPY . .
CMD ["python", "manage.py"]
"""
    files = {"requirements/prod.txt": "-r base.txt\npsycopg2==2.9.9\n", "requirements/base.txt": "django\n"}
    result = rewritten(tmp_path, text, files).text
    builder, _, final = result.partition("\n\n")
    assert "COPY requirements/prod.txt requirements/base.txt requirements/\n" in builder
    for package in ("gcc", "libpq-dev", "gettext"):
        assert f"        {package} \\\n" in builder
    assert "gcc" not in final
    assert "libpq-dev" not in final
    assert "        gettext \\\n        libpq5 \\\n" in final
    assert final.endswith('COPY . .\nCMD ["python", "manage.py"]\n')


def test_a_program_that_the_slim_image_lacks_is_installed(tmp_path: Path) -> None:
    files = {
        **FILES,
        "app.py": "import subprocess\nsubprocess.run(['git', 'log'])\n",
        "start.sh": "#!/bin/sh\ncurl x\n",
    }
    text = FLASK.replace('CMD ["gunicorn", "app:app"]', 'CMD ["./start.sh"]')
    final = rewritten(tmp_path, text, files).text.partition("\n\n")[2]
    assert "        curl \\\n        git \\\n" in final


def test_steps_of_the_program_stay_in_their_order(tmp_path: Path) -> None:
    text = FLASK.replace(
        "ENV PORT", "RUN python manage.py collectstatic\nRUN mkdir -p /data && chown nobody /data\nENV PORT"
    )
    final = rewritten(tmp_path, text, FILES).text.partition("\n\n")[2]
    assert "COPY . .\nRUN python manage.py collectstatic\nRUN mkdir -p /data && chown nobody /data\nENV PORT" in final


@pytest.mark.parametrize(
    ("old", "new", "files", "why"),
    [
        (
            "FROM python:3.12-bookworm",
            "FROM example.org/python:3",
            {},
            "1: splitting is not supported for the base image `example.org/python:3`",
        ),
        (
            "FROM python:3.12-bookworm",
            "FROM python:3.12-alpine",
            {},
            "1: `python:3.12-alpine` is not an official Python image",
        ),
        ("-r requirements.txt", "-e .", {}, "5: "),
        ("-r requirements.txt", ".", {}, "5: `pip install .` installs the project itself"),
        ("-r requirements.txt", "--user -r requirements.txt", {}, "5: "),
        ("-r requirements.txt", "-r other.txt", {}, "5: `other.txt` is not copied from the build context"),
        ("", "", {"requirements.txt": "-e ./lib\n"}, "0: `requirements.txt` installs `-e ./lib`"),
        ("", "", {"requirements.txt": "PyQt5\n"}, "0: the run-time system dependencies of `pyqt5` are unknown"),
        ("RUN pip", "RUN cd /app && pip", {}, "5: `cd /app` affects the commands after it"),
        (
            "RUN pip",
            "RUN ./prepare && pip",
            {},
            "5: `./prepare` is in the same RUN as an install; move it to a separate RUN",
        ),
        ("RUN pip", "USER app\nRUN pip", {}, "6: the dependencies are installed as `app`"),
        ("RUN pip", "RUN npm ci\nRUN pip", {}, "5: npm installs packages other than Python packages"),
        (
            "RUN pip",
            "RUN apt-get install -y ./x.deb\nRUN pip",
            {},
            "5: `apt-get install -y ./x.deb` does not only install",
        ),
        ("RUN pip", 'SHELL ["/bin/bash", "-c"]\nRUN pip', {}, "5: a stage with SHELL cannot be split"),
        ('CMD ["gunicorn"', 'CMD ["make"', {}, "None"),
    ],
)
def test_unsupported_files_are_rejected(old: str, new: str, files: dict[str, str], why: str, tmp_path: Path) -> None:
    text = FLASK.replace(old, new, 1) if old else FLASK
    if why == "None":
        assert "        make \\\n" in rewritten(tmp_path, text, FILES).text
    else:
        assert refusal(tmp_path, text, {**FILES, **files}).startswith(why)


def test_a_slim_base_without_compilers_gains_nothing(tmp_path: Path) -> None:
    text = FLASK.replace("python:3.12-bookworm", "python:3.12-slim")
    assert "saves nothing" in refusal(tmp_path, text, FILES)


def test_every_comment_finds_its_place(tmp_path: Path) -> None:
    text = """\
# the base
FROM python:3.12

# about the folder
WORKDIR /app

# --- dependencies ---

# the list
COPY requirements.txt .
# install it
RUN pip install -r requirements.txt

# the rest
COPY . .
CMD ["python", "app.py"]
# EXPOSE 80
"""
    assert (
        rewritten(tmp_path, text, {"requirements.txt": "flask\n", "app.py": "import flask\n"}).text
        == """\
# the base
FROM python:3.12 AS build
WORKDIR /app

# --- dependencies ---

# the list
COPY requirements.txt .
# install it
RUN pip install --prefix=/install -r requirements.txt

FROM python:3.12-slim

# about the folder
WORKDIR /app
# the packages, where the image's Python looks for them
COPY --from=build /install /usr/local

# the rest
COPY . .
CMD ["python", "app.py"]
# EXPOSE 80
"""
    )


def test_a_variable_that_names_the_folder_is_there_in_the_builder(tmp_path: Path) -> None:
    text = (
        "FROM python:3.12\nENV APP_HOME /app\nWORKDIR $APP_HOME\nCOPY . .\nRUN pip install -r requirements.txt\n"
        'CMD ["python", "app.py"]\n'
    )
    builder = rewritten(tmp_path, text, {"requirements.txt": "flask\n", "app.py": ""}).text.partition("\n\n")[0]
    assert "ENV APP_HOME /app\nWORKDIR $APP_HOME\n" in builder


def test_packages_are_there_before_what_runs_behind_their_install(tmp_path: Path) -> None:
    text = FLASK.replace(
        "WORKDIR", "# tools\nRUN apt-get update && apt-get install -y curl\nRUN curl -fO https://example.org/x\nWORKDIR"
    )
    final = rewritten(tmp_path, text, FILES).text.partition("\n\n")[2]
    assert final.index("# tools\nRUN apt-get update") < final.index("RUN curl -fO") < final.index("COPY --from=build")


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("sed -i s/a/b/ requirements.txt", "the build may need the result of"),
        ("curl -sSL https://example.org/x.sh | bash", "the build may need the result of"),
    ],
)
def test_what_may_change_the_install_is_refused(command: str, why: str, tmp_path: Path) -> None:
    assert why in refusal(tmp_path, FLASK.replace("RUN pip", f"RUN {command}\nRUN pip"), FILES)


@pytest.mark.parametrize(
    "command", ["python setup.py install", "make install", "curl https://a.b/x | sh", "/tmp/x/install"]
)
def test_what_may_compile_in_the_slim_stage_is_refused(command: str, tmp_path: Path) -> None:
    text = FLASK.replace("CMD", f"RUN {command}\nCMD")
    assert refusal(tmp_path, text, FILES).partition(": ")[2].startswith(("`", "what `"))


def test_without_a_workdir_the_manifest_is_copied_to_a_whole_path(tmp_path: Path) -> None:
    """A relative one would be a finding of dlint's own (DL3045)."""
    text = "FROM python:3.12\nCOPY . /app\nRUN pip install -r /app/requirements.txt\nCMD python /app/app.py\n"
    assert "\nCOPY requirements.txt /app/\n" in rewritten(tmp_path, text, FILES).text


@pytest.mark.parametrize(
    ("code", "reason"), [("x = " + "(" * 3_000, "nests too deeply"), ("print 'a'\n", "is not valid Python 3")]
)
def test_a_file_that_is_not_parsed_may_start_any_program(tmp_path: Path, code: str, reason: str) -> None:
    said = refusal(tmp_path, FLASK, {**FILES, "tools/old.py": code})
    assert said == (
        f"0: it is unknown which programs `tools/old.py` starts, because the file {reason}; if the image does not need "
        "it, add it to .dockerignore"
    )


def test_a_cache_mount_stays_with_the_install(tmp_path: Path) -> None:
    mount = "--mount=type=cache,target=/root/.cache/pip-install"
    text = FLASK.replace("RUN pip", f"RUN {mount} pip")
    builder = rewritten(tmp_path, text, FILES).text.partition("\n\n")[0]
    assert builder.endswith(f"RUN {mount} pip install --prefix=/install -r requirements.txt")
    several = text.replace("-r requirements.txt\n", "-r requirements.txt && pip install gunicorn\n")
    builder = rewritten(tmp_path, several, FILES).text.partition("\n\n")[0]
    assert builder.endswith(f"RUN {mount} pip install -r requirements.txt && pip install gunicorn")
