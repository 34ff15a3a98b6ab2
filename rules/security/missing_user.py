"""SEC001."""

from __future__ import annotations

from ...syntax.tree import Cmd, Entrypoint, Expose, User
from ..base import INFO, MEDIUM, SHIPPED, Bad, Finding, Good, rule
from ..runtime.started_scripts import starting_instructions, starts_interpreter
from ..stages.development import is_shipped_image
from .root_at_start import needs_root, switches_user

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build, Stage

_SWITCHING_IMAGES = frozenset(
    "nginx httpd caddy traefik postgres mysql mariadb percona mongo redis valkey rabbitmq cassandra couchdb couchbase "
    "influxdb neo4j elasticsearch ghost wordpress drupal joomla matomo nextcloud owncloud phpmyadmin adminer redmine "
    "registry docker consul vault zookeeper haproxy varnish eclipse-mosquitto nats telegraf odoo backdrop mediawiki "
    "yourls monica friendica postfixadmin roundcube".split()
)
"""Official images whose program or entrypoint switches to another user, or needs root."""
_ROOT_IMAGES = frozenset(
    "alpine amazoncorretto buildpack-deps clojure composer dart debian eclipse-temurin elixir erlang gcc golang gradle "
    "haskell julia maven node openjdk perl pypy python ruby rust swift ubuntu".split()
)
"""Official images that set no USER in any tag: the Dockerfiles of their repositories."""

_DOTNET = frozenset(("dotnet/runtime", "dotnet/aspnet", "dotnet/runtime-deps", "dotnet/sdk"))
_DOTNET_NOT_ROOT = ("chiseled", "distroless", "nanoserver", "windowsservercore")
"""Words in the tags of .NET images that do not run as root: github.com/dotnet/dotnet-docker, documentation."""


@rule(
    "SEC001",
    level=INFO,
    since="0.1",
    confidence=MEDIUM,
    aliases=(
        "trivy:DS-0002",
        "checkov:CKV_DOCKER_3",
        "kics:fd54f200-402c-4333-a5a4-36ef6709af2f",
        "semgrep:missing-user",
    ),
    onbuild=False,
    scope=SHIPPED,
    subject=("root", "privileges?", "privileged", "setuid", "gosu", "su-exec", "non-?root"),
)
def missing_user(build: Build) -> Iterator[Finding]:
    """The final image never sets USER, so its program runs as root.

    ## Why
    An attacker who takes over a program running as root controls the whole container, and is one kernel exploit away
    from the host.

    ## What to do
    Create a user, give it the files that it must write, and end the stage with `USER`. Many base images have a user for
    it: `node` in node, `app` in .NET, `nobody` everywhere.

    ## Exceptions
    - Images without CMD, ENTRYPOINT and EXPOSE, which run nothing of their own, and those for development, tests,
      continuous integration or packaging, as their path or stage shows.
    - A CMD that is an interactive shell or interpreter, as in base images.
    - Base images that dlint does not know to run as root.
    - Programs that start as root and switch to another user, such as nginx, Apache, PHP-FPM or a database; and
      an entrypoint script that does, with `gosu`, `su-exec`, `setpriv` or `su`.
    - Programs that need root: a compose file sets `privileged` or `cap_add` or mounts Docker's socket, or the image has
      a packet filter, a VPN or the client of Docker.
    - Services for which a compose file sets `user`, and programs that a RUN gives capabilities.
    - Command-line tools, which start with `--help` or read their input (`-`), and a CMD that only copies files, in
      images without EXPOSE.
    """
    final = build.final_stage
    if final is None or final.is_windows or final.from_.base is None:
        return
    chain = [final, *final.ancestors]
    steps = [step for stage in chain for step in stage.instructions]
    starts = any(isinstance(step, (Cmd, Entrypoint, Expose)) for step in steps)
    if not starts or any(isinstance(step, User) for step in steps) or not _is_root(final):
        return
    if not is_shipped_image(build) or starts_interpreter(build, starting_instructions(chain)):
        return
    if needs_root(build, chain) or switches_user(build, chain) or _is_tool(build, chain):
        return
    base = final.from_.base
    stage = "the stage " if final.parent is not None else ""
    message = f"the image based on {stage}`{base.text}` never sets USER, so it runs as root; add a non-root USER"
    yield Finding(message, base)


def _is_tool(build: Build, chain: Sequence[Stage]) -> bool:
    """Whether the container runs a command once, such as `--help` or `cp`, and serves nothing."""
    if any(isinstance(step, Expose) for stage in chain for step in stage.instructions):
        return False
    commands = [command for step in starting_instructions(chain) for command in build.commands(step)]
    if commands and all(command.name in _COPYING for command in commands):
        return True
    return any(words[-1].value in _TOOL_ARGUMENTS for command in commands if (words := command.words))


_COPYING = frozenset(("cp", "mv", "rsync", "tar", "mkdir", "chown", "chmod", "echo", "rm", "true"))
_TOOL_ARGUMENTS = frozenset(("--help", "-h", "help", "--version", "version", "-"))
"""What command-line tools do by default: they explain themselves, or read their input."""


def _is_root(final: Stage) -> bool:
    """Whether the base image is known to run as root."""
    ref, facts = final.base_ref, final.base_facts
    if ref is not None and ref.registry == "mcr.microsoft.com" and ref.repository in _DOTNET:
        return not any(word in (ref.tag or "") for word in _DOTNET_NOT_ROOT)
    if ref is None or ref.name in _SWITCHING_IMAGES:
        return False
    user = facts.user if facts is not None else None
    return user in ("root", "0") or (user is None and ref.name in _ROOT_IMAGES)


EXAMPLES = (
    Bad("FROM «debian:12-slim»\nCMD a"),
    Good("FROM debian:12-slim\nUSER 1000\nCMD a"),
    Bad("FROM debian:12-slim AS b\nUSER a\nFROM «debian:12-slim»\nCOPY --from=b /a /a\nCMD a", why="another stage"),
    Bad('FROM «elixir:1.11-alpine»\nCMD ["mix", "phx.server"]'),
    Bad('FROM «node:22-slim»\nEXPOSE 80\nENTRYPOINT ["tini", "--", "node", "a.js"]'),
    Bad(
        'FROM «node:22-slim»\nCOPY a.sh /\nENTRYPOINT ["/a.sh"]',
        files={"a.sh": "#!/bin/sh\nexec node a.js\n"},
        why="the script does not switch",
    ),
    Good('FROM node:22-slim\nCOPY a.sh /\nENTRYPOINT ["/a.sh"]', files={"a.sh": "#!/bin/sh\nexec su node -c a\n"}),
    Good('FROM debian:12-slim\nRUN useradd a\nENTRYPOINT ["/a.sh"]', why="an unknown script may switch"),
    Good("FROM debian:12-slim AS base\nUSER 1000\nFROM base\nCMD a", why="inherited"),
    Bad(
        "FROM debian:12-slim AS base\nFROM «base»\nCMD a", message="the image based on the stage `base` never sets USER"
    ),
    Good('FROM alpine:3.22\nENTRYPOINT ["tool"]\nCMD ["--help"]', why="a command-line tool"),
    Good('FROM alpine:3.22\nCMD ["lint", "-"]', why="reads its input"),
    Bad('FROM «alpine:3.22»\nEXPOSE 80\nCMD ["serve", "-"]'),
    Good("FROM alpine:3.22\nCMD cp -r /build/. /out && chown -R 1000 /out", why="copies files to a volume and ends"),
    Good("FROM alpine:3.22\nRUN apk add docker-cli\nCMD a", why="Docker's socket belongs to root"),
    Good("FROM alpine:3.22\nRUN wget https://download.docker.com/linux/static/a.tgz && tar xf a.tgz\nCMD a"),
    Good("FROM alpine:3.22\nRUN setcap cap_net_bind_service=+ep /a\nCMD a", why="was thought of"),
    Good("FROM debian:12-slim\nRUN apt-get update", why="runs nothing of its own"),
    Good("FROM example.com/static:nonroot\nCMD a", why="the user of the base image is unknown"),
    Bad('FROM «mcr.microsoft.com/dotnet/aspnet:8.0»\nENTRYPOINT ["dotnet", "a.dll"]'),
    Good('FROM mcr.microsoft.com/dotnet/aspnet:8.0-noble-chiseled\nENTRYPOINT ["dotnet", "a.dll"]', why="not root"),
    Good("FROM nginx:1.27\nEXPOSE 80", why="its workers run as another user"),
    Good('FROM php:8.3-fpm\nCMD ["php-fpm"]'),
    Good("FROM php:8.3-apache\nEXPOSE 80"),
    Good('FROM debian:12-slim\nRUN apt-get install -y gosu\nENTRYPOINT ["/a.sh"]'),
    Good("FROM node:22-slim AS dev\nCMD npm start", why="for development"),
    Good('FROM debian:12-slim\nENTRYPOINT ["/cacerts.sh"]\nCMD ["jshell"]', why="a base image"),
    Good("FROM scratch\nCOPY a /a\nCMD a"),
    Good("FROM alpine:3.22\nRUN apk add nftables\nCMD a", why="a packet filter needs root"),
    Good("FROM debian:12-slim\nCMD a", options={"needs-root": True}, why="a compose file sets `privileged`"),
    Good("FROM debian:12-slim\nCMD a", options={"project-path": "tests/Dockerfile"}, why="an image for tests"),
    Good("FROM debian:12-slim\nCMD a", options={"project-path": "packaging/rpm/Dockerfile"}, why="builds a package"),
    Bad("FROM «debian:12-slim»\nCMD a", options={"project-path": "packaging/docker/Dockerfile"}),
    Bad("FROM «debian:12-slim»\nCMD a", options={"project-path": "ci/Dockerfile.production"}),
)
