"""A user of its own for the program, on request."""

from __future__ import annotations

from pathlib import Path

import pytest

from .cases import rewritten

TEXT = """\
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .
EXPOSE 8000

# what it does
CMD ["python", "app.py"]
"""
FILES = {"app.py": "", "requirements.txt": "flask\n", "start.sh": "#!/bin/sh\nchown -R x .\nexec python app.py\n"}


def test_a_user_who_owns_the_programs_folder(tmp_path: Path) -> None:
    result = rewritten(tmp_path, TEXT, FILES, "non-root")
    assert result.text == (
        """\
FROM python:3.12-slim
WORKDIR /app
RUN groupadd --system app \\
    && useradd --system --gid app --home-dir /app --no-create-home --shell /usr/sbin/nologin app \\
    && chown app:app /app
COPY --chown=app:app requirements.txt .
RUN pip install -r requirements.txt
COPY --chown=app:app . .
EXPOSE 8000

USER app

# what it does
CMD ["python", "app.py"]
"""
    )
    assert result.outcomes[0].steps[0].risk


def test_node_has_one(tmp_path: Path) -> None:
    text = TEXT.replace("python:3.12-slim", "node:22-slim").replace("pip install -r requirements.txt", "npm ci")
    text = text.replace('"python", "app.py"', '"node", "app.js"')
    new = rewritten(tmp_path, text, FILES, "non-root").text
    assert "WORKDIR /app\nRUN chown node:node /app\nCOPY --chown=node:node requirements.txt .\n" in new
    assert "\nUSER node\n" in new


def test_the_folder_may_be_made_by_a_command(tmp_path: Path) -> None:
    new = rewritten(tmp_path, TEXT.replace("WORKDIR /app", "RUN mkdir -p /app\nWORKDIR /app"), FILES, "non-root").text
    assert "USER app\n" in new


def test_alpine(tmp_path: Path) -> None:
    new = rewritten(tmp_path, TEXT.replace("-slim", "-alpine"), FILES, "non-root").text
    assert "RUN addgroup -S app \\\n    && adduser -S -D -H -h /app -G app app \\\n    && chown app:app /app\n" in new


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("EXPOSE 8000", "EXPOSE 80", "port 80 may need root"),
        ('"app.py"]', '"app.py", "--port", "443"]', "it listens on port 443"),
        ('"app.py"]', '"app.py", "-b", "0.0.0.0:80"]', "it listens on port 80"),
        ('["python", "app.py"]', '["./start.sh"]', "`start.sh` uses `chown`"),
        ('["python", "app.py"]', '["nginx", "-g", "daemon off;"]', "`nginx` needs root"),
        ("EXPOSE 8000", "RUN python manage.py collectstatic", "that root owns"),
        ("EXPOSE 8000", "RUN cd /tmp && cp x /app/y", "that root owns"),
        ("EXPOSE 8000", "RUN echo x > /app/y", "that root owns"),
        ("EXPOSE 8000", "RUN useradd x", "creates a user"),
        ("EXPOSE 8000", "ENV CACHE=/root/.cache", "the home directory of root"),
        ("EXPOSE 8000", "VOLUME /data", "VOLUME is not supported"),
        ("EXPOSE 8000", "USER 1000", "USER is already set"),
        ("COPY . .", "COPY --chown=1:1 . .", "already sets an owner"),
        ("WORKDIR /app\n", "", "no WORKDIR is set"),
        ("FROM python:3.12-slim", "FROM mine", "the users of this base image are unknown"),
        ('# what it does\nCMD ["python", "app.py"]\n', "", "without CMD and ENTRYPOINT"),
    ],
)
def test_what_may_need_root_stays(old: str, new: str, why: str, tmp_path: Path) -> None:
    assert old in TEXT
    text = TEXT.replace(old, new)
    result = rewritten(tmp_path, text, FILES, "non-root")
    assert result.text == text
    assert why in str(result.outcomes[0].rejection)


@pytest.mark.parametrize(
    "text, what",
    [
        ('FROM node:20 AS base\nWORKDIR /var/app\nFROM base\nCOPY a.js ./a.js\nCMD ["node","a.js"]\n', "WORKDIR"),
    ],
)
def test_what_another_stage_sets_is_named(text: str, what: str, tmp_path: Path) -> None:
    rejection = rewritten(tmp_path, text, {"a.js": ""}, "non-root").outcomes[0].rejection
    assert rejection is not None
    assert str(rejection).startswith(f"{what} is set in another stage")
