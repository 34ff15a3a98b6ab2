"""The slim base, and the JRE for what only starts an archive."""

from __future__ import annotations

from pathlib import Path

import pytest

from .cases import rewritten

SOURCES = {"src/main/java/App.java": "class App {}\n", "target/app.jar": "x"}
JAR = 'FROM eclipse-temurin:17\nCOPY target/*.jar app.jar\nENTRYPOINT ["java", "-jar", "/app.jar"]\n'


@pytest.mark.parametrize(
    ("base", "runtime"),
    [
        ("eclipse-temurin:17", "eclipse-temurin:17-jre"),
        ("eclipse-temurin:21-jdk-noble", "eclipse-temurin:21-jre-noble"),
        ("openjdk:11", "eclipse-temurin:11-jre"),
        ("openjdk:8-jdk-alpine", "eclipse-temurin:8-jre-alpine"),
    ],
)
def test_an_archive_runs_on_the_jre(base: str, runtime: str, tmp_path: Path) -> None:
    text = rewritten(tmp_path, JAR.replace("eclipse-temurin:17", base), SOURCES, "slim-base").text
    assert text == JAR.replace("eclipse-temurin:17", runtime)


def test_the_last_stage_gets_it_too(tmp_path: Path) -> None:
    text = "FROM maven:3-eclipse-temurin-17 AS build\nCOPY . /b\nRUN mvn package\n" + JAR.replace(
        "COPY target", "COPY --from=build /b/target"
    )
    assert "FROM eclipse-temurin:17-jre\n" in rewritten(tmp_path, text, SOURCES, "slim-base").text


@pytest.mark.parametrize(
    ("text", "files", "why"),
    [
        (JAR, {"target/app.jar": "x"}, "it is unknown whether the program compiles at run time"),
        (JAR, {**SOURCES, "A.java": "import javax.tools.*;"}, "`A.java` uses JDK tools"),
        (
            JAR.replace('"java", "-jar"', '"jshell"'),
            SOURCES,
            "the image starts `jshell`, which the JRE image may not contain",
        ),
        (JAR.replace("ENTRYPOINT", "HEALTHCHECK CMD curl -f http://localhost\nENTRYPOINT"), SOURCES, "starts `curl`"),
        (JAR.replace("ENTRYPOINT", "RUN jlink x\nENTRYPOINT"), SOURCES, "no slimmer variant"),
        (JAR.replace("eclipse-temurin:17", "eclipse-temurin:17-jre"), SOURCES, "already slim"),
    ],
)
def test_what_may_need_the_jdk_keeps_it(text: str, files: dict[str, str], why: str, tmp_path: Path) -> None:
    result = rewritten(tmp_path, text, files, "slim-base")
    assert result.text == text
    assert why in str(result.outcomes[-1].rejection)


def test_where_the_jre_does_not_do_the_slim_jdk_may(tmp_path: Path) -> None:
    text = 'FROM openjdk:11\nCOPY target/app.jar start.sh /\nCMD ["/start.sh"]\n'
    files = {**SOURCES, "start.sh": "#!/bin/sh\nexec java -jar /app.jar\n"}
    assert rewritten(tmp_path, text, files, "slim-base").text.startswith("FROM openjdk:11-slim\n")


def test_the_slim_variant(tmp_path: Path) -> None:
    text = "FROM python:3.12\nCOPY app.py /\nCMD python /app.py\n"
    assert rewritten(tmp_path, text, {"app.py": ""}, "slim-base").text == text.replace("3.12", "3.12-slim")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("FROM ruby:3.3\nCOPY a /\n", "unknown what the image runs"),
        ("FROM haskell:8\nRUN cabal install x\nCMD x\n", "`cabal install x` may need"),
        ("FROM ruby:3.3\nRUN bundle install\nCMD x\n", "may need the compilers"),
        ("FROM python:3.12\nRUN ./configure && make\nCMD x\n", "`./configure` may need"),
        ("FROM debian:12\nRUN apt-get install -y $(cat packages)\n", "installs are unknown"),
        ("FROM debian:12\nRUN apt-get install -y man-db\n", "documentation"),
    ],
)
def test_what_may_need_the_full_image_keeps_it(text: str, why: str, tmp_path: Path) -> None:
    result = rewritten(tmp_path, text, {"a": ""}, "slim-base")
    assert result.text == text
    assert why in str(result.outcomes[-1].rejection)


def test_an_unknown_program_keeps_the_full_base(tmp_path: Path) -> None:
    text = 'FROM node:20-bookworm\nCOPY start.sh /\nCMD ["/start.sh"]\n'
    result = rewritten(tmp_path, text, {"start.sh": "#!/bin/sh\nexec $SERVER\n"}, "slim-base")
    assert result.text == text
    assert "`$SERVER` on line 2 of `start.sh` starts an unknown program" in str(result.outcomes[-1].rejection)
    known = text.replace("COPY", "ENV SERVER=cat\nCOPY")
    assert "FROM node:20-bookworm-slim" in rewritten(tmp_path, known, {}, "slim-base").text
