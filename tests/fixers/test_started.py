"""What an image starts, through all the files that lead to it: its programs and its files count as used."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from dockerfile_dlint.fixers.optimize.base.container_start import CONTAINER_STARTS, ContainerStart
from dockerfile_dlint.fixers.optimize.base.programs import ProgramUsage, require_start_command
from dockerfile_dlint.fixers.optimize.base.rewrite import RewriteRejected
from dockerfile_dlint.model.build import Build
from dockerfile_dlint.model.context import Context
from dockerfile_dlint.syntax.parser import parse
from dockerfile_dlint.syntax.source import Source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from dockerfile_dlint.model.build import Stage

BASE = "FROM debian:12\nWORKDIR /app\nCOPY . .\n"


def model(
    folder: Path, dockerfile: str, files: Mapping[str, str], starts: Sequence[ContainerStart] = ()
) -> tuple[Build, Stage, Context]:
    """The model of a Dockerfile with these files in its context, and its final stage."""
    for name, text in {**files, "Dockerfile": dockerfile}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    context = Context(str(folder))
    build = Build(parse(Source(dockerfile, "Dockerfile")), lambda _: context, options={CONTAINER_STARTS: starts})
    stage = build.final_stage
    assert stage is not None
    return build, stage, context


def usage(
    folder: Path, dockerfile: str, files: Mapping[str, str], starts: Sequence[ContainerStart] = ()
) -> ProgramUsage:
    """What the final stage of the Dockerfile uses."""
    build, stage, context = model(folder, dockerfile, files, starts)
    return ProgramUsage(build, stage, context, stage.instructions)


@pytest.mark.parametrize(
    ("command", "files"),
    [
        # Scripts of package.json
        ("CMD npm start", {"package.json": '{"scripts": {"start": "git log && node a.js"}}'}),
        ("CMD npm start", {"package.json": '{"scripts": {"prestart": "git log", "start": "node a.js"}}'}),
        ("CMD npm start", {"package.json": '{"scripts": {"start": "node a.js", "poststart": "git log"}}'}),
        (
            'CMD ["npm", "run", "serve"]',
            {"package.json": '{"scripts": {"serve": "npm run one -- --x", "one": "NODE_ENV=x git log"}}'},
        ),
        ("CMD npm run --silent all", {"package.json": '{"scripts": {"all": "run-s job:*", "job:a": "git log"}}'}),
        ("CMD npm run all", {"package.json": '{"scripts": {"all": "npm-run-all --parallel a b", "b": "git log"}}'}),
        ("CMD yarn serve", {"package.json": '{"scripts": {"serve": "git log"}}'}),
        ("CMD yarn run serve", {"package.json": '{"scripts": {"serve": "git log"}}'}),
        ("CMD pnpm serve", {"package.json": '{"scripts": {"serve": "git log"}}'}),
        ("CMD bun run serve", {"package.json": '{"scripts": {"serve": "git log"}}'}),
        ("CMD node --run serve", {"package.json": '{"scripts": {"serve": "git log"}}'}),
        ("CMD npm --prefix web start", {"web/package.json": '{"scripts": {"start": "git log"}}'}),
        ("CMD npm run serve -w api", {"packages/api/package.json": '{"scripts": {"serve": "git log"}}'}),
        ("CMD cd web && npm start", {"web/package.json": '{"scripts": {"start": "git log"}}'}),
        ("CMD (cd web && ls) && npm start", {"package.json": '{"scripts": {"start": "git log"}}'}),
        ("CMD npx concurrently npm:a 'npm run b'", {"package.json": '{"scripts": {"b": "git log"}}'}),
        ("CMD npx cross-env A=1 git log", {}),
        ("CMD npm exec -- git log", {}),
        ("CMD nodemon --exec 'git log'", {}),
        # Shell scripts
        ('CMD ["./start.sh"]', {"start.sh": "#!/bin/sh\ngit log\n"}),
        ("CMD sh -eu start", {"start": "git log\n"}),
        ('ENTRYPOINT ["/app/entry"]', {"entry": "#!/usr/bin/env bash\nexec git log\n"}),
        ('CMD ["bash", "-c", "source lib && x"]', {"lib": "git log\n"}),
        ('CMD ["./a.sh"]', {"a.sh": "./b.sh x\n", "b.sh": 'cd /tmp; if true; then git "$1"; fi\n'}),
        ('CMD ["./a.sh"]', {"a.sh": 'here="$(cd "$(dirname "$0")" && pwd)"\n"$here/lib/b.sh"\n', "lib/b.sh": "git x"}),
        # Makefiles
        ("CMD make serve", {"Makefile": "all:\n\ttrue\nserve: ready\n\t@echo x\nready:\n\t-git log\n"}),
        ("CMD make", {"Makefile": "VCS := git\n.PHONY: all\nall:\n\t$(VCS) \\\n\t  log\n"}),
        ("CMD make -C sub run", {"sub/Makefile": "run:\n\t$(MAKE) other\nother: ; git log\n"}),
        # Other files with commands
        ("CMD foreman start", {"Procfile": "web: git log\nworker: x\n"}),
        ("CMD honcho -f Procfile.dev start web", {"Procfile.dev": "web: git log\n"}),
        ("CMD bundle exec foreman start", {"Procfile": "web: git log\n"}),
        ("CMD supervisord -n -c super.conf", {"super.conf": "[program:a]\ncommand = git log ; x\n"}),
        (
            "CMD supervisord",
            {"supervisord.conf": "[include]\nfiles=parts/*.ini\n", "parts/a.ini": "[program:a]\ncommand=git log"},
        ),
        ("COPY jobs /etc/cron.d/jobs\nCMD cron -f", {"jobs": "# x\n*/5 * * * * root git log\n"}),
        ("RUN crontab /app/jobs\nCMD crond -f", {"jobs": "A=1\n@daily git log\n"}),
        ("CMD supercronic jobs", {"jobs": "0 3 * * MON git log\n"}),
        ('COPY run /etc/services.d/web/run\nENTRYPOINT ["/init"]', {"run": "#!/usr/bin/with-contenv bash\ngit log\n"}),
        ("COPY run /etc/sv/web/run\nCMD runsvdir /etc/sv", {"run": "#!/bin/sh\nexec chpst -u app git log\n"}),
        # Programs that start others
        ("CMD poetry run git log", {}),
        ("CMD bundle exec git log", {}),
        ('CMD ["conda", "run", "-n", "env", "git", "log"]', {}),
        ('CMD ["./wait-for-it.sh", "db:5432", "--", "git", "log"]', {"wait-for-it.sh": "x"}),
        ('CMD ["dockerize", "-wait", "tcp://db:5432", "git", "log"]', {}),
        ('CMD ["s6-setuidgid", "app", "git", "log"]', {}),
        # ENTRYPOINT with CMD
        ('ENTRYPOINT ["sh", "-c"]\nCMD ["git log"]', {}),
        ('ENTRYPOINT ["tini", "--"]\nCMD git log', {}),
        ('ENTRYPOINT ["./e.sh"]\nCMD ["git", "log"]', {"e.sh": '#!/bin/sh\nset -e\nexec "$@"\n'}),
        ('ENTRYPOINT ["./e.sh", "x"]\nCMD ["git", "log"]', {"e.sh": '#!/bin/sh\nshift\nexec su-exec app "$@"\n'}),
        ('ENTRYPOINT ["./e.sh"]', {"e.sh": '#!/bin/sh\nset -- git "$@"\nexec "$@"\n'}),
        (
            'ENTRYPOINT ["./w.sh", "db", "--"]\nCMD ["git", "log"]',
            {"w.sh": '#!/bin/bash\nwhile [ $# -gt 0 ]; do shift; CLI=("$@"); done\nexec "${CLI[@]}"\n'},
        ),
        ('ENTRYPOINT ["./e.sh"]\nCMD ["git"]', {"e.sh": 'run() { "$@"; }\nrun "$@"\n'}),
        # Variables
        ('ENV SERVER="git log"\nCMD ["./e.sh"]', {"e.sh": "exec $SERVER --x\n"}),
        ('CMD ["./e.sh"]', {"e.sh": "if x; then C=one; else C='git log'; fi\n$C\n"}),
        ('CMD ["./e.sh"]', {"e.sh": 'C="${C:-git}"\nexec "$C" log\n'}),
        ('CMD ["./e.sh"]', {"e.sh": ': "${C:=git}"\nexec "$C" log\n'}),
        ('CMD ["./e.sh"]', {"e.sh": ". ./env\n$C log\n", "env": "export C=git\n"}),
        ('CMD ["./e.sh"]', {"e.sh": 'exec "$(which git)" log\n'}),
        ('CMD ["./e.sh"]', {"e.sh": 'for f in ./init.d/*.sh; do "$f"; done\n', "init.d/a.sh": "git log\n"}),
        ('CMD ["./e.sh"]', {"e.sh": 'C="git log"\nsh -c "$C --x"\n'}),
        ('ENTRYPOINT ["./e.sh"]\nCMD ["git"]', {"e.sh": 'exec gosu "$USER" "${@:1}"\n'}),
        ('ENTRYPOINT ["./e.sh"]\nCMD ["git"]', {"e.sh": 'case "$1" in x) exec app ;; *) exec "$@" ;; esac\n'}),
        (
            'ENTRYPOINT ["./e.sh"]\nCMD ["-c", "x"]',
            {"e.sh": 'main() {\n  if [ "${1:0:1}" = "-" ]; then set -- git "$@"; fi\n  exec "$@"\n}\nmain "$@"\n'},
        ),
        (
            'ENTRYPOINT ["./w.sh"]\nCMD ["db", "--", "git"]',
            {"w.sh": 'T=$(x)\nwait() { timeout $FLAG $T $0 --child "$1"; }\nshift 2\nwait\nexec "$@"\n'},
        ),
        ("HEALTHCHECK CMD git status\nCMD x", {}),
    ],
)  # fmt: skip
def test_the_program_is_used(command: str, files: dict[str, str], tmp_path: Path) -> None:
    used = usage(tmp_path, BASE + command + "\n", files)
    assert used.packages().items() >= {("git", "git"), ("ca-certificates", "git")}


@pytest.mark.parametrize(
    ("command", "files"),
    [
        ('ENTRYPOINT ["app"]\nCMD ["git"]', {}),
        ("ENTRYPOINT app\nCMD git log", {}),
        ('CMD ["git"]\nENTRYPOINT ["./e.sh"]', {"e.sh": "exec app\n"}),
        ("CMD git log\nCMD app", {}),
        ("HEALTHCHECK CMD git status\nHEALTHCHECK NONE\nCMD app", {}),
        ("CMD npm run one", {"package.json": '{"scripts": {"one": "node a.js", "other": "git log"}}'}),
        ("CMD npm install", {"package.json": '{"scripts": {"install": "node a.js", "start": "git log"}}'}),
        ("CMD make one", {"Makefile": "one:\n\ttrue\ntwo:\n\tgit log\n"}),
        ("CMD foreman start web", {"Procfile": "web: app\nother: git log\n"}),
        ('CMD ["./e.sh"]', {"e.sh": "git() { :; }\ngit log\n"}),
        ('CMD ["./e.sh"]', {"e.sh": "exec java $JAVA_OPTS -jar app.jar $(cat /git)\n"}),
        ('ENTRYPOINT ["./e.sh"]\nCMD ["app"]', {"e.sh": '[ "$1" = git ] || exec "$@"\n'}),
    ],
)
def test_what_never_runs_is_not_used(command: str, files: dict[str, str], tmp_path: Path) -> None:
    assert "git" not in usage(tmp_path, BASE + command + "\n", files).packages()


@pytest.mark.parametrize(
    ("command", "files", "reason", "line"),
    [
        ('CMD ["./e.sh"]', {"e.sh": "x\nexec $SERVER_CMD\n"}, "`$SERVER_CMD` on line 2 of `e.sh`", 4),
        ('ENTRYPOINT ["./e.sh"]', {"e.sh": 'C="$(cat /x)"\n"$C" "$@"\n'}, '`"$C" "$@"` on line 2 of `e.sh`', 4),
        ("CMD exec $APP_COMMAND", {}, "`$APP_COMMAND` starts an unknown program; set `APP_COMMAND` with ENV", 4),
        ("ARG TOOL=app\nCMD $TOOL x", {}, "`$TOOL x` starts an unknown program; set `TOOL` with ENV", 5),
        ("CMD make run", {"Makefile": "run:\n\t$(TOOL) x\n"}, "in `Makefile` starts an unknown program", 4),
        (
            "CMD npm start",
            {"package.json": '{"scripts": {"start": "$RUNNER a.js"}}'},
            "`$RUNNER a.js` in the script `start` of `package.json` starts an unknown program; set `RUNNER` with ENV",
            4,
        ),
    ],
)
def test_an_unknown_program_is_refused(
    command: str, files: dict[str, str], reason: str, line: int, tmp_path: Path
) -> None:
    with pytest.raises(RewriteRejected) as rejection:
        usage(tmp_path, BASE + command + "\n", files).packages()
    assert reason in str(rejection.value)
    assert rejection.value.line == line


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (ContainerStart("compose.yaml:3", command=["git", "log"]), {"git"}),
        (ContainerStart("compose.yaml:3", entrypoint=["git"]), {"git"}),
        (ContainerStart("compose.yaml:3", others=[["curl", "-f", "http://localhost"]]), {"app", "curl"}),
        (ContainerStart("compose.yaml:3", command=["git"], target="other"), {"app"}),
    ],
)
def test_what_another_file_starts_is_used(start: ContainerStart, expected: set[str], tmp_path: Path) -> None:
    used = usage(tmp_path, BASE + "CMD app\n", {}, [start])
    assert expected <= used.programs.keys() <= expected | {"app"}


def test_the_command_of_another_file_gets_the_entry_point(tmp_path: Path) -> None:
    start = ContainerStart("compose.yaml:3", command=["git", "log"])
    dockerfile = BASE + 'ENTRYPOINT ["./e.sh"]\nCMD ["app"]\n'
    assert "git" in usage(tmp_path, dockerfile, {"e.sh": 'exec "$@"\n'}, [start]).programs
    assert "git" not in usage(tmp_path, dockerfile, {"e.sh": "exec app\n"}, [start]).programs


def test_scripts_that_call_each_other_are_followed_once(tmp_path: Path) -> None:
    scripts = {"a": "npm run b && npm start", "b": "npm run a", "start": "npm run a"}
    used = usage(tmp_path, BASE + "CMD npm start\n", {"package.json": json.dumps({"scripts": scripts})})
    assert used.packages() == {}


def test_commands_without_end_are_refused(tmp_path: Path) -> None:
    files = {"e.sh": "".join(f'./e.sh "$@" {number}\n' for number in range(10))}
    with pytest.raises(RewriteRejected, match="too many commands to follow"):
        usage(tmp_path, BASE + 'CMD ["./e.sh"]\n', files).packages()


def test_another_file_may_say_what_the_image_runs(tmp_path: Path) -> None:
    start = ContainerStart("compose.yaml:3", command=["app"])
    require_start_command(*model(tmp_path, BASE, {}, [start])[:2])
    with pytest.raises(RewriteRejected, match="without CMD and ENTRYPOINT"):
        require_start_command(*model(tmp_path, BASE, {})[:2])


@pytest.mark.parametrize("image", ["php:8.2-apache", "php:7.4-fpm", "nginx:1.24", "httpd:alpine", "redis"])
def test_the_base_image_may_say_what_the_image_runs(image: str, tmp_path: Path) -> None:
    require_start_command(*model(tmp_path, f"FROM {image}\nCOPY . .\n", {})[:2])


@pytest.mark.parametrize(
    "image", ["php:8.2-cli", "php:7", "python:3.12", "node:20", "ruby:2.7", "debian:12", "me/php:1"]
)
def test_a_base_image_that_waits_for_code_is_refused(image: str, tmp_path: Path) -> None:
    with pytest.raises(RewriteRejected, match="without CMD and ENTRYPOINT"):
        require_start_command(*model(tmp_path, f"FROM {image}\nCOPY . .\n", {})[:2])


def test_an_unknown_command_of_another_file_is_refused(tmp_path: Path) -> None:
    used = usage(tmp_path, BASE + "CMD app\n", {}, [ContainerStart("compose.yaml:3", command=["sh", "-c", "$RUN x"])])
    with pytest.raises(RewriteRejected, match=r"`\$RUN x` in compose.yaml:3 starts an unknown program"):
        used.packages()


@pytest.mark.parametrize(
    ("command", "files"),
    [
        ("CMD gunicorn -b :80 server.main:app", ("server/main.py",)),
        ('CMD ["uvicorn", "main:app", "--app-dir", "server"]', ("server/main.py",)),
        ("ENV FLASK_APP=server.main\nCMD flask run", ("server/main.py",)),
        ("CMD celery -A server worker", ("server/__init__.py",)),
        ("CMD python -m server", ("server/__main__.py", "server/__init__.py")),
        ("CMD python manage.py runserver", ("manage.py",)),
        ("CMD poetry run gunicorn --chdir server main:app", ("server/main.py",)),
        ("CMD node server/index.js", ("server/index.js",)),
        ("CMD app --config=conf/app.toml", ("conf/app.toml",)),
        ("CMD npm start", ("package.json",)),
    ],
)  # fmt: skip
def test_files_that_are_run_are_used(command: str, files: tuple[str, ...], tmp_path: Path) -> None:
    used = usage(tmp_path, BASE + command + "\n", {**dict.fromkeys(files, "x"), "other.py": "x"})
    assert set(files) <= set(used.files)
    assert "other.py" not in used.files


@pytest.mark.parametrize(
    "stages",
    [
        "FROM debian:12 AS a\nWORKDIR /app\nCOPY . .\nFROM a\n",
        "FROM debian:12 AS a\nCOPY . /src\nFROM debian:12\nCOPY --from=a /src /app\n",
        "FROM debian:12 AS a\nCOPY . /src/\nFROM debian:12\nWORKDIR /app\nCOPY --from=a src/start.sh ./\n",
        "FROM debian:12 AS a\nCOPY . /\nFROM debian:12 AS b\nCOPY --from=a /*.sh /app/\nFROM b AS c\nFROM c\n",
    ],
)
def test_a_script_of_another_stage_is_followed(stages: str, tmp_path: Path) -> None:
    files = {"start.sh": "#!/bin/sh\ngit log\n", "other.sh": "#!/bin/sh\nhg log\n"}
    found = usage(tmp_path, f'{stages}CMD ["/app/start.sh"]\n', files)
    assert found.scripts == ["start.sh"]
    assert "git" in found.programs
    assert "hg" not in found.programs
