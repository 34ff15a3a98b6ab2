"""`COPY --chown` and `--chmod` for a RUN that changes the owner or mode of all files."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..rewrites.cases import rewritten

BASE = "FROM python:3.12-slim\n"
END = 'CMD ["python", "app.py"]\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "RUN useradd app\nWORKDIR /app\nCOPY a .\nRUN pip install -r a.txt\n# the code\nCOPY . .\n"
            "RUN chown -R app:app /app\n",
            "RUN useradd app\nWORKDIR /app\nCOPY --chown=app:app a .\nRUN pip install -r a.txt\n# the code\n"
            "COPY --chown=app:app . .\nRUN chown app:app /app\n",
        ),
        (
            "WORKDIR /app\n# all\nCOPY . .\nRUN adduser --system app && chown -R app . && rm -rf /tmp/x\n",
            "WORKDIR /app\nRUN adduser --system app\n# all\nCOPY --chown=app:root . .\n"
            "RUN chown app /app && rm -rf /tmp/x\n",
        ),
        (
            "WORKDIR /app/web\nRUN mkdir -p /app/media/a && mkdir static\nCOPY . .\nCOPY --from=x:1 /y /app/y/z\n"
            "RUN chown -R www-data:www-data /app\n",
            "WORKDIR /app/web\nRUN mkdir -p /app/media/a && mkdir static\nCOPY --chown=www-data:www-data . .\n"
            "COPY --chown=www-data:www-data --from=x:1 /y /app/y/z\n"
            "RUN chown www-data:www-data /app /app/web /app/media /app/media/a /app/web/static /app/y\n",
        ),
        (
            "ENV HOME=/home/app UID=1000\nRUN useradd -m app\nCOPY . $HOME/web\nRUN chown -R $UID:$UID $HOME/web\n",
            "ENV HOME=/home/app UID=1000\nRUN useradd -m app\nCOPY --chown=$UID:$UID . $HOME/web\n"
            "RUN chown $UID:$UID /home/app/web\n",
        ),
        (
            "COPY --link a /b\nCOPY bin /opt/x\nRUN chmod -R 0755 /opt/x\n",
            "COPY --link a /b\nCOPY --chmod=0755 bin /opt/x\nRUN chmod 0755 /opt/x\n",
        ),
    ],
)
def test_the_files_are_stored_once(before: str, after: str, tmp_path: Path) -> None:
    result = rewritten(tmp_path, BASE + before + END, {"app.py": ""}, "layers")
    assert result.text == BASE + after + END
    assert "the files are stored once" in [step.reason for outcome in result.outcomes for step in outcome.steps]
    assert rewritten(tmp_path, result.text, {}, "layers").text == result.text


@pytest.mark.parametrize(
    "lines",
    [
        "WORKDIR /app\nCOPY . .\nRUN npm ci\nRUN chown -R app:app /app\n",
        "WORKDIR /app\nCOPY . .\nRUN ./configure && chown -R 1:1 /app\n",
        "WORKDIR /app\nCOPY . .\nRUN echo x > a\nRUN chown -R 1:1 /app\n",
        "WORKDIR /app\nCOPY . .\nRUN chown -R nobody-knows:app /app\n",
        "WORKDIR /app\nCOPY . .\nUSER 1\nRUN chown -R 1:1 /app\n",
        "COPY . /\nRUN chown -R 1:1 /app\n",
        "COPY . /etc/app\nRUN chown -R 1:1 /etc/app\n",
        "ADD a.tar.gz /app\nRUN chown -R 1:1 /app\n",
        "ADD https://example.org/a /app/a\nRUN chown -R 1:1 /app\n",
        "COPY --chown=2 . /app\nRUN chown -R 1:1 /app\n",
        "COPY --link . /app\nRUN useradd a && chown -R a:a /app\n",
        "COPY . /app\nRUN useradd -m -d /app a && chown -R a:a /app\n",
        "COPY . /home/a/x\nRUN useradd -m a && chown -R a:a /home/a/x\n",
        "COPY . /app\nRUN apt-get install -y adduser\nRUN adduser a && chown -R a:a /app\n",
        "COPY . /app\nVOLUME /app\nRUN chown -R 1:1 /app\n",
        "COPY --link a /b\nCOPY . /app\nRUN chmod 700 /app/x\nRUN chmod -R 755 /app\n",
        "COPY --link a /b\nCOPY . /app\nRUN chmod -R +x /app\n",
        "COPY . /app\nRUN chmod -R 755 /app\n",
        "COPY . /app\nRUN chown -R 1:1 /app /srv\n",
        "COPY . /app\nRUN chown -R 1:1 /app || true\n",
        "ARG U=1\nCOPY . /app\nARG U=2\nRUN chown -R $U:$U /app\n",
    ],
)
def test_a_change_of_other_files_stays(lines: str, tmp_path: Path) -> None:
    text = BASE + lines + END
    assert rewritten(tmp_path, text, {"app.py": ""}, "layers").text == text


@pytest.mark.parametrize("base", ["example.org/base:1", "scratch"])
def test_an_unknown_base_may_have_files_there(base: str, tmp_path: Path) -> None:
    text = f"FROM {base}\nCOPY . /app\nRUN chown -R 1:1 /app\n"
    assert rewritten(tmp_path, text, {}, "layers").text == text


def test_a_stage_that_is_not_shipped_is_left_alone(tmp_path: Path) -> None:
    text = f"{BASE[:-1]} AS build\nCOPY . /app\nRUN chown -R 1:1 /app\nFROM python:3.12-slim\n"
    assert rewritten(tmp_path, text, {}, "layers").text == text
