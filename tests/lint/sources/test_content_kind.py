"""Which files with the name of a Dockerfile are templates or source code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from dockerfile_dlint.lint.sources.content_kind import TEMPLATE, content_kind, is_source_code, is_template
from dockerfile_dlint.lint.sources.discovery import discover, left_out_message

from ..runner import dlint

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATES = (
    "FROM {{ base_image }}:{{ tag }}\nRUN make\n",
    "FROM debian:12\n{% if debug %}\nRUN apt-get install -y gdb\n{% endif %}\n",
    "FROM debian:12\nRUN pip install {% for each in packages %}{{ each }} {% endfor %}\n",
    "FROM ruby:<%= ruby_version %>\nRUN bundle\n",
    "FROM debian:12\n<% packages.each do |each| %>\nRUN apt-get install -y <%= each %>\n<% end %>\n",
    "FROM golang:1.23\n{{- if .Race }}\nENV CGO_ENABLED=1\n{{- end }}\n",
    "FROM python:3.12\nRUN mkdir {{ cookiecutter.project_slug }}\n",
    "FROM python:3.12\nCOPY {{project}} /app\n",
    "FROM mcr.microsoft.com/devcontainers/go:${templateOption:imageVariant}\nRUN true\n",
    "FROM debian:@@SUITE@@\nRUN true\n",
    "FROM debian:12\nENV VERSION=@@VERSION@@\n",
    "FROM %%IMAGE%%\nRUN true\n",
    "FROM @BASE@\nRUN true\n",
    "# {{ ansible_managed }}\nFROM debian:12\n",
)

DOCKERFILES = (
    "FROM debian:12\nRUN docker inspect --format '{{.Id}}' x\n",
    "FROM debian:12\nRUN docker inspect \\\n  --format '{{.Id}}' x\n",
    "FROM debian:12\nRUN docker ps -f \\\n  {{.Names}}\n",
    'FROM debian:12\nHEALTHCHECK CMD test "$(docker inspect -f {{.State.Running}} x)" = true\n',
    "FROM debian:12\nRUN sed -i 's/@@PORT@@/80/; s/{{ NAME }}/x/; s/%%A%%/b/' /etc/x.conf\n",
    "FROM debian:12\nRUN curl -w '%{http_code}' https://example.com && date +%%s\n",
    "FROM debian:12\nLABEL format='{{.Name}}'\nENV PS_FORMAT='{{.ID}}'\n",
    "FROM debian:12\nCOPY <<EOF /index.html.erb\n<%= title %>\n{% if a %}\n{{ b }}\nEOF\n",
    "FROM debian@sha256:" + "a" * 64 + "\nRUN true\n",
    "FROM ${REGISTRY}/debian:12\nRUN mail me@example.com\n",
    "# about {{ templates }}\nFROM debian:12\n",
    "FORM debian:12\n",
    "#!/usr/bin/python3\n# a licence\nFROM debian:12\nRUN make\n",
    "from debian:12\nrun make\n",
    "",
)

SOURCES = (
    'defmodule Dockerfile do\n  def parse(text) do\n    String.split(text, "\\n")\n  end\nend\n',
    "#!/bin/bash\nset -e\ncat > Dockerfile <<EOF\nFROM debian:12\nEOF\n",
    "package main\n\nimport (\n)\n\nfunc main() {}\n",
)


@pytest.mark.parametrize("text", TEMPLATES)
def test_templates(text: str) -> None:
    assert is_template(text)


@pytest.mark.parametrize("text", DOCKERFILES)
def test_dockerfiles(text: str) -> None:
    assert not is_template(text)
    assert not is_source_code(text)


@pytest.mark.parametrize("text", SOURCES)
def test_sources(text: str) -> None:
    assert is_source_code(text)


def test_what_is_left_out_of_a_directory(tmp_path: Path) -> None:
    good = "FROM debian:12\n"
    files = {
        "Dockerfile": good,
        "a.Dockerfile": TEMPLATES[0],
        "Dockerfile.j2": good,
        "dockerfile.ex": SOURCES[0],
        "Dockerfile-lexer": SOURCES[0],
        "vendor/x/Dockerfile": good,
        "pkg/testdata/Dockerfile": good,
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    kinds: list[str] = []
    found = [file.path for file in discover([str(tmp_path)], left_out=kinds)]
    assert found == [str(tmp_path / "Dockerfile")]
    assert left_out_message(kinds) == (
        "skipped 2 templates, 1 other source file, 2 files in `testdata/`, `vendor/`; pass a file or its directory to "
        "lint it anyway"
    )
    named = [str(tmp_path / name) for name in ("Dockerfile.j2", "a.Dockerfile", "vendor")]
    assert [file.path for file in discover(named)] == [*sorted(named)[:2], str(tmp_path / "vendor/x/Dockerfile")]


def test_parts_that_others_include(tmp_path: Path) -> None:
    parts = tmp_path / "dockerfile-templates"
    parts.mkdir()
    (parts / "Dockerfile.envs").write_text("ENV A=1\n")
    (parts / "Dockerfile").write_text("FROM alpine:3.23\n")
    (tmp_path / "Dockerfile.envs").write_text("ENV A=1\n")
    assert content_kind(str(parts / "Dockerfile.envs")) == TEMPLATE
    assert content_kind(str(parts / "Dockerfile")) == ""
    assert content_kind(str(tmp_path / "Dockerfile.envs")) == ""
    assert is_template("\n{{\n  set a to b\n}}RUN a\n")


def test_one_note_for_all(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM debian:12-slim\nUSER 1000\n")
    (tmp_path / "b.Dockerfile").write_text("FROM debian\n{% if x %}\nMAINTAINER me\n{% endif %}\n")
    done = dlint("check", "--isolated", ".", cwd=tmp_path)
    assert done.codes == []
    assert done.err.count("skipped 1 template;") == 1
    assert dlint("check", "--isolated", "b.Dockerfile", cwd=tmp_path).codes
