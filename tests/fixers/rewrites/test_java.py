"""A builder and a runtime for Java."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .cases import refusal, rewritten

TEXT = """\
FROM maven:3.9-eclipse-temurin-17
# where it is built
WORKDIR /app
COPY . .
RUN mvn -B package -DskipTests
EXPOSE 8080
ENTRYPOINT ["java", "-jar", "target/app.jar"]
"""
FILES = {"pom.xml": "<project/>", "src/App.java": "class App {}\n"}


def test_the_jdk_stays_in_the_builder(tmp_path: Path) -> None:
    assert (
        rewritten(tmp_path, TEXT, FILES).text
        == """\
FROM maven:3.9-eclipse-temurin-17 AS build
WORKDIR /app
COPY . .
RUN mvn -B package -DskipTests

FROM eclipse-temurin:17-jre
# where it is built
WORKDIR /app
COPY --from=build /app /app
EXPOSE 8080
ENTRYPOINT ["java", "-jar", "target/app.jar"]
"""
    )


@pytest.mark.parametrize(
    ("base", "runtime"),
    [
        ("eclipse-temurin:21-jdk", "eclipse-temurin:21-jre"),
        ("eclipse-temurin:17-jdk-jammy", "eclipse-temurin:17-jre-jammy"),
        ("gradle:8-jdk17", "eclipse-temurin:17-jre"),
    ],
)
def test_the_runtime_has_the_version_of_the_builder(base: str, runtime: str, tmp_path: Path) -> None:
    text = TEXT.replace("maven:3.9-eclipse-temurin-17", base)
    assert f"\n\nFROM {runtime}\n" in rewritten(tmp_path, text, FILES).text


@pytest.mark.parametrize(
    "start",
    [
        'ENTRYPOINT ["java", "-jar"]\nCMD ["target/app.jar", "--debug"]\n',
        'CMD ["./old.sh"]\nENTRYPOINT java -jar target/app.jar\n',
    ],
)
def test_the_arguments_of_the_entry_point_are_no_programs(start: str, tmp_path: Path) -> None:
    text = TEXT.replace('ENTRYPOINT ["java", "-jar", "target/app.jar"]\n', start)
    assert rewritten(tmp_path, text, FILES).text.endswith(f"COPY --from=build /app /app\nEXPOSE 8080\n{start}")


def test_an_archive_beside_the_folder_is_brought_over(tmp_path: Path) -> None:
    text = TEXT.replace("-DskipTests", "&& cp target/*.jar /app.jar").replace("target/app.jar", "/app.jar")
    assert "COPY --from=build /app.jar /app.jar\n" in rewritten(tmp_path, text, FILES).text


def test_classes_are_started_too(tmp_path: Path) -> None:
    text = TEXT.replace("mvn -B package -DskipTests", "javac src/App.java").replace(
        '"-jar", "target/app.jar"', '"-cp", "src", "App"'
    )
    text = text.replace("maven:3.9-eclipse-temurin-17", "eclipse-temurin:17")
    assert "FROM eclipse-temurin:17-jre\n" in rewritten(tmp_path, text, FILES).text


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("maven:3.9-eclipse-temurin-17", "maven:3.6.3-jdk-13", "1: no JRE"),
        ("maven:3.9-eclipse-temurin-17", "gradle:7-jdk16", "1: no JRE"),
        ("maven:3.9-eclipse-temurin-17", "openjdk:latest", "1: no JRE"),
        ('"java", "-jar", "target/app.jar"', '"mvn", "spring-boot:run"', "7: the image starts `mvn`"),
        ("target/app.jar", "/opt/app.jar", "7: `/opt/app.jar` is not created in the build directory"),
        ("WORKDIR /app\n", "", "0: no WORKDIR"),
        ("RUN mvn", "RUN apt-get install -y git\nRUN mvn", "5: the effect of `apt-get install -y git` is unknown"),
        ("COPY . .", "COPY --chown=app . .", "4: the source is copied by ADD or with flags"),
        (
            "maven:3.9-eclipse-temurin-17\n",
            "maven:3-jdk-11\nENV JAVA_HOME=/usr/local/openjdk-11\n",
            "2: the JRE image has Java in another directory than `/usr/local/openjdk-11`",
        ),
        ("EXPOSE 8080", "USER app", "6: a stage with USER cannot be split"),
        ("EXPOSE 8080", "RUN ls", "6: a RUN after the build cannot be split"),
        ("EXPOSE 8080", "HEALTHCHECK CMD curl -f localhost", "6: the image starts `curl`"),
    ],
)
def test_unsupported_files_are_rejected(old: str, new: str, why: str, tmp_path: Path) -> None:
    assert refusal(tmp_path, TEXT.replace(old, new, 1), FILES).startswith(why)


@pytest.mark.parametrize(
    ("image", "builder", "runtime"),
    [
        ("maven:3-jdk-11", "maven:3-jdk-11", "eclipse-temurin:11-jre"),
        ("maven:3.6.3-openjdk-8-slim", "maven:3.6.3-openjdk-8-slim", "eclipse-temurin:8-jre"),
        ("maven:3.8-openjdk-17", "maven:3.8-openjdk-17", "eclipse-temurin:17-jre"),
        ("maven:3.9-eclipse-temurin-21-alpine", "maven:3.9-eclipse-temurin-21-alpine", "eclipse-temurin:21-jre-alpine"),
        ("gradle:8-jdk17-alpine", "gradle:8-jdk17-alpine", "eclipse-temurin:17-jre-alpine"),
        ("openjdk:8-jdk-bullseye", "openjdk:8-jdk-bullseye", "eclipse-temurin:8-jre"),
        ("openjdk:17", "openjdk:17", "eclipse-temurin:17-jre"),
        ("openjdk:8u212-b04-jdk-alpine3.9", "openjdk:8u212-b04-jdk-alpine3.9", "eclipse-temurin:8-jre-alpine"),
        ("java:8", "java:8", "eclipse-temurin:8-jre"),
        ("adoptopenjdk/openjdk11", "adoptopenjdk/openjdk11", "eclipse-temurin:11-jre"),
        ("gradle:8.14-jdk21", "gradle:8.14-jdk21", "eclipse-temurin:21-jre"),
    ],
)
def test_the_runtime_has_the_same_java(image: str, builder: str, runtime: str, tmp_path: Path) -> None:
    text = rewritten(tmp_path, TEXT.replace("maven:3.9-eclipse-temurin-17", image), FILES).text
    assert [line for line in text.splitlines() if line.startswith("FROM")] == [
        f"FROM {builder} AS build",
        f"FROM {runtime}",
    ]


def test_a_moving_tag_gets_a_version_for_both_stages(tmp_path: Path) -> None:
    for image in ("maven", "maven:latest", "maven:3", "gradle:latest", "gradle:8"):
        text = rewritten(tmp_path, TEXT.replace("maven:3.9-eclipse-temurin-17", image), FILES).text
        builder, runtime = (line for line in text.splitlines() if line.startswith("FROM"))
        version = re.search(r"(?:temurin-|jdk)(\d+) AS build$", builder)
        assert version
        assert runtime == f"FROM eclipse-temurin:{version[1]}-jre"


def test_sources_that_compile_need_the_jdk(tmp_path: Path) -> None:
    files = {**FILES, "src/App.java": "import javax.tools.ToolProvider;\n"}
    assert "uses JDK tools" in refusal(tmp_path, TEXT, files)
