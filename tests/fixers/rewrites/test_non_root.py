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


GO = (
    "FROM golang:1.25 AS build\nWORKDIR /src\nCOPY . .\nRUN go build -o /app .\n"
    'FROM {}\nCOPY --from=build /app /usr/local/bin/app\nEXPOSE 8080\nENTRYPOINT ["app"]\n'
)
MAIN = {"main.go": 'package main\nfunc main() { http.ListenAndServe(":8080", nil) }\n', "a_test.go": "os.Create()\n"}


@pytest.mark.parametrize(
    ("base", "account", "user"),
    [
        (
            "debian:12-slim",
            "RUN groupadd --system app \\\n"
            "    && useradd --system --gid app --no-create-home --shell /usr/sbin/nologin app\n",
            "app",
        ),
        ("alpine:3.20", "RUN addgroup -S app \\\n    && adduser -S -D -H -G app app\n", "app"),
        ("gcr.io/distroless/static-debian12", "", "nonroot"),
        ("scratch", "", "65532:65532"),
    ],
)
def test_a_program_that_only_reads_needs_no_directory(base: str, account: str, user: str, tmp_path: Path) -> None:
    new = rewritten(tmp_path, GO.format(base), MAIN, "non-root").text
    assert new.partition(f"FROM {base}\n")[2] == (
        f'{account}COPY --from=build /app /usr/local/bin/app\nEXPOSE 8080\nUSER {user}\nENTRYPOINT ["app"]\n'
    )


@pytest.mark.parametrize(
    ("base", "files", "why"),
    [
        ("debian:12", {"main.go": 'os.WriteFile("a", b, 0)\n'}, "`main.go` may write files (`os.WriteFile`)"),
        ("debian:12", {"main.go": 'http.ListenAndServe(":80", nil)\n'}, "`main.go` names port 80"),
        ("debian:12", {"a.py": ""}, "it is unknown which files the program writes"),
        ("gcr.io/distroless/static:nonroot", MAIN, "the base image runs as `nonroot`"),
        ("scratch\nWORKDIR /app\nCOPY --from=build /x /app/x", MAIN, "an image without a shell"),
    ],
)
def test_a_program_that_may_write_needs_a_directory(base: str, files: dict[str, str], why: str, tmp_path: Path) -> None:
    text = GO.format(base)
    result = rewritten(tmp_path, text, files, "non-root")
    assert result.text == text
    assert why in str(result.outcomes[0].rejection)


def test_a_downloaded_program_may_write_anything(tmp_path: Path) -> None:
    text = GO.format("debian:12").replace("go build -o /app .", "wget https://example.org/app")
    assert "no WORKDIR is set" in str(rewritten(tmp_path, text, MAIN, "non-root").outcomes[0].rejection)


def test_java_on_ubuntu(tmp_path: Path) -> None:
    text = (
        "FROM maven:3-eclipse-temurin-17 AS build\nCOPY . /src\nRUN mvn package\n"
        'FROM eclipse-temurin:17-jre\nWORKDIR /app\nCOPY --from=build /src/a.jar .\nCMD ["java", "-jar", "a.jar"]\n'
    )
    new = rewritten(tmp_path, text, {}, "non-root").text
    assert "chown app:app /app\nCOPY --chown=app:app --from=build /src/a.jar .\nUSER app\nCMD" in new


NET = 'FROM mcr.microsoft.com/dotnet/aspnet:8.0\nWORKDIR /app\nCOPY out .\nENTRYPOINT ["dotnet", "a.dll"]\n'


def test_net_has_a_user(tmp_path: Path) -> None:
    assert rewritten(tmp_path, NET, {}, "non-root").text == (
        "FROM mcr.microsoft.com/dotnet/aspnet:8.0\nWORKDIR /app\nRUN chown app:app /app\n"
        'COPY --chown=app:app out .\nUSER app\nENTRYPOINT ["dotnet", "a.dll"]\n'
    )


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("aspnet:8.0", "aspnet:6.0", "images before .NET 8 have no user"),
        ("aspnet:8.0", "aspnet:8.0-nanoserver-ltsc2022", "Windows images are not supported"),
        ("COPY out", "COPY --link out", "with `--link` the owner of a copy must be numeric"),
        ("aspnet:8.0", "aspnet:8.0-jammy-chiseled", "the base image runs as `app`"),
        ("COPY", "ENV ASPNETCORE_URLS=http://+:80\nCOPY", "`ASPNETCORE_URLS` sets port 80"),
        ("COPY", "ENV ASPNETCORE_HTTP_PORTS=80\nCOPY", "`ASPNETCORE_HTTP_PORTS` sets port 80"),
        ("mcr.microsoft.com/dotnet/aspnet:8.0", "nginx:1.27", "use `nginxinc/nginx-unprivileged`"),
        ("mcr.microsoft.com/dotnet/aspnet:8.0", "httpd:2.4", "set `Listen 8080`"),
    ],
)
def test_servers_that_need_root(old: str, new: str, why: str, tmp_path: Path) -> None:
    result = rewritten(tmp_path, NET.replace(old, new), {}, "non-root")
    assert result.text == NET.replace(old, new)
    assert why in str(result.outcomes[0].rejection)
