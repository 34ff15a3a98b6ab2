"""A builder and a runtime for Java."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .cases import refusal, rewritten

if TYPE_CHECKING:
    from collections.abc import Mapping

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
        ('"java", "-jar", "target/app.jar"', '"mvn", "spring-boot:run"', "7: `mvn` builds or runs the source whenever"),
        ("target/app.jar", "/opt/app.jar", "7: `/opt/app.jar` is not created in the build directory"),
        ("WORKDIR /app\n", "", "0: no WORKDIR"),
        ("RUN mvn", "RUN curl -O https://example.com/settings.xml\nRUN mvn", "5: the effect of `curl -O"),
        ("RUN mvn", "RUN echo Europe/Paris > /etc/timezone\nRUN mvn", "5: the effect of `echo Europe/Paris"),
        ("RUN mvn", "RUN apt-get install -y openjdk-21-jdk\nRUN mvn", "5: `openjdk-21-jdk` installs another Java"),
        ("RUN mvn -B package -DskipTests", "RUN mvn package; useradd app", "5: `mvn package` is not in a plain list"),
        (
            "maven:3.9-eclipse-temurin-17\n",
            "maven:3-jdk-11\nENV JAVA_HOME=/usr/local/openjdk-11\n",
            "2: the JRE image has Java in another directory than `/usr/local/openjdk-11`",
        ),
        ("EXPOSE 8080", "USER app", "6: no RUN creates the user `app`"),
        ("EXPOSE 8080", "RUN java -jar target/app.jar init", "6: the effect of `java -jar target/app.jar init`"),
        ("EXPOSE 8080", "HEALTHCHECK CMD jps", "6: the image starts `jps`"),
        ('"java", "-jar"', '"sh", "-c", "jcmd 1 VM.flags; exec java -jar x.jar", "-jar"', "7: the image starts `jcmd`"),
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


POM = """\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <parent><artifactId>spring-boot-starter-parent</artifactId><version>3.2.0</version></parent>
  <artifactId>shop</artifactId>
  <version>${revision}</version>
  <properties><revision>1.2</revision></properties>
  <build>
    <finalName>${project.artifactId}</finalName>
    <plugins><plugin><artifactId>spring-boot-maven-plugin</artifactId></plugin></plugins>
  </build>
</project>
"""
SHOP = {
    "pom.xml": POM,
    "src/main/java/App.java": 'class App { String file = "data/prices.csv"; }\n',
    "data/prices.csv": "1\n",
    "config/application.yml": "a: 1\n",
    "docs/index.md": "\n",
}
SHOP_TEXT = TEXT.replace("target/app.jar", "target/shop.jar")
SHOP_COPIES = [
    "COPY --from=build /app/target/shop.jar /app/target/shop.jar",
    "COPY --from=build /app/config /app/config",
    "COPY --from=build /app/data /app/data",
]
WHOLE = ["COPY --from=build /app /app"]


def copies(folder: Path, text: str, files: Mapping[str, str]) -> list[str]:
    """The lines that copy from the builder."""
    return [line for line in rewritten(folder, text, files).text.splitlines() if line.startswith("COPY --from=build")]


def test_the_image_gets_the_archive_and_what_the_program_opens(tmp_path: Path) -> None:
    assert sorted(copies(tmp_path, SHOP_TEXT, SHOP)) == sorted(SHOP_COPIES)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<finalName>", "<directory>out</directory><finalName>"),
        ("<artifactId>shop</artifactId>", "<artifactId>shop</artifactId><packaging>war</packaging>"),
        ("${project.artifactId}<", "${changelist}<"),
        ("</artifactId></plugin>", "</artifactId><configuration><finalName>x</finalName></configuration></plugin>"),
        ("<plugins>", "<!-- addClasspath --><plugins>"),
        ("</project>", "<profiles><profile><build><finalName>y</finalName></build></profile></profiles></project>"),
        ("spring-boot-starter-parent", "company-parent"),
        ("</project>", ""),
    ],
)
def test_the_directory_is_copied_when_the_archive_is_uncertain(old: str, new: str, tmp_path: Path) -> None:
    assert copies(tmp_path, SHOP_TEXT, {**SHOP, "pom.xml": POM.replace(old, new, 1)}) == WHOLE


@pytest.mark.parametrize(
    "text",
    [
        SHOP_TEXT.replace("package", "compile"),
        SHOP_TEXT.replace("package", "package -Drevision=3"),
        SHOP_TEXT.replace("COPY", "ADD"),
        SHOP_TEXT.replace('["java", "-jar", "target/shop.jar"]', "cd data && java -jar ../target/shop.jar"),
        SHOP_TEXT.replace("EXPOSE 8080", "RUN rm -rf target/shop.jar"),
    ],
)
def test_the_directory_is_copied_when_the_commands_are_uncertain(text: str, tmp_path: Path) -> None:
    assert copies(tmp_path, text, SHOP) == WHOLE


def test_a_program_that_reads_its_source_gets_it(tmp_path: Path) -> None:
    files = {**SHOP, "src/main/java/App.java": 'class App { String file = "src/main/resources/a.csv"; }\n'}
    assert copies(tmp_path, SHOP_TEXT, files) == WHOLE


def test_a_module_makes_an_archive_of_its_own(tmp_path: Path) -> None:
    module = POM.replace("spring-boot-starter-parent", "all").replace("1.2", "1.3")
    root = "<project><packaging>pom</packaging><modules><module>web</module></modules></project>\n"
    files = {"pom.xml": root, "web/pom.xml": module, "web/src/main/java/App.java": "class App {}\n"}
    text = SHOP_TEXT.replace("target/", "web/target/")
    jar = "/app/web/target/shop.jar"
    assert copies(tmp_path, text, files) == [f"COPY --from=build {jar} {jar}"]
    files["pom.xml"] = root.replace("<modules>", "<build><finalName>x</finalName></build><modules>")
    assert copies(tmp_path, text, files) == WHOLE


GRADLE = {
    "build.gradle": "plugins {\n    id 'org.springframework.boot' version '3.3.2'\n}\nversion = '1.0.0'\n",
    "settings.gradle": "rootProject.name = 'rates'\n",
    "src/main/java/App.java": "class App {}\n",
}
GRADLE_TEXT = """\
FROM gradle:8-jdk17
WORKDIR /app
COPY --chown=gradle:gradle . .
USER root
RUN chmod +x gradlew && ./gradlew bootJar --no-daemon
ENTRYPOINT java -jar build/libs/rates-1.0.0.jar
"""


def test_gradle_makes_the_archive_of_the_project(tmp_path: Path) -> None:
    jar = "/app/build/libs/rates-1.0.0.jar"
    assert copies(tmp_path, GRADLE_TEXT, GRADLE) == [f"COPY --from=build {jar} {jar}"]


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("rates.jar", "version = '1.0.0'\nbootJar {\n    archiveFileName = 'rates.jar'\n}\n"),
        ("rates.jar", 'version = "1.0.0"\ntasks.named("bootJar") {\n    archiveFileName.set("rates.jar")\n}\n'),
    ],
)
def test_gradle_names_the_archive(name: str, file: str, tmp_path: Path) -> None:
    files = {**GRADLE, "build.gradle": GRADLE["build.gradle"] + file}
    text = GRADLE_TEXT.replace("rates-1.0.0.jar", name)
    assert copies(tmp_path, text, files) == [f"COPY --from=build /app/build/libs/{name} /app/build/libs/{name}"]


def test_an_uncertain_archive_of_gradle_brings_the_directory(tmp_path: Path) -> None:
    assert copies(tmp_path, GRADLE_TEXT.replace("-1.0.0.jar", "-1.0.0-plain.jar"), GRADLE) == WHOLE
    for line in ("archivesBaseName = 'x'\n", "bootJar {\n    enabled = false\n}\n"):
        files = {**GRADLE, "build.gradle": GRADLE["build.gradle"] + line}
        assert copies(tmp_path, GRADLE_TEXT, files) == WHOLE


def test_what_follows_the_build_is_in_the_builder(tmp_path: Path) -> None:
    text = SHOP_TEXT.replace(
        "EXPOSE 8080",
        "RUN mvn dependency:copy-dependencies -DoutputDirectory=lib\nRUN cp target/*.jar app.jar\nRUN rm -rf /root/.m2",
    ).replace('"-jar", "target/shop.jar"', '"-cp", "app.jar:lib/*", "App"')
    result = rewritten(tmp_path, text, SHOP).text
    builder, runtime = result.split("\n\nFROM")
    assert "RUN cp target/*.jar app.jar" in builder
    assert "COPY --from=build /app/app.jar /app/app.jar\n" in runtime
    assert "COPY --from=build /app/lib /app/lib\n" in runtime
    assert "RUN" not in runtime
    assert ".m2" not in result


def test_packages_are_installed_where_they_are_needed(tmp_path: Path) -> None:
    text = SHOP_TEXT.replace("maven:3.9-eclipse-temurin-17", "openjdk:17-jdk-slim").replace(
        "RUN mvn", "RUN apt-get update && apt-get install -y maven git tzdata fontconfig\nRUN mvn"
    )
    text = text.replace("EXPOSE 8080", "HEALTHCHECK CMD curl -f localhost:8080")
    builder, runtime = rewritten(tmp_path, text, SHOP).text.split("\n\nFROM")
    assert "maven" in builder
    install = " ".join(runtime.partition("RUN ")[2].partition("\nCOPY")[0].replace("\\\n", "").split())
    assert install == (
        "apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y ca-certificates curl fontconfig tzdata "
        "&& rm -rf /var/lib/apt/lists/*"
    )


@pytest.mark.parametrize("package", ["chromium", "curl=7.88.1", "libpng-dev"])
def test_packages_of_another_distribution_may_differ(package: str, tmp_path: Path) -> None:
    text = SHOP_TEXT.replace("maven:3.9-eclipse-temurin-17", "openjdk:17-jdk-slim")
    text = text.replace("RUN mvn", f"RUN apt-get update && apt-get install -y {package}\nRUN mvn")
    assert refusal(tmp_path, text, SHOP).startswith("5: the JRE image has another distribution")


def test_a_program_that_starts_others_keeps_the_tools(tmp_path: Path) -> None:
    text = SHOP_TEXT.replace("RUN mvn", "RUN apt-get update && apt-get install -y git\nRUN mvn")
    files = {**SHOP, "src/main/java/App.java": 'class App { Object o = new ProcessBuilder("git"); }\n'}
    assert "git" in rewritten(tmp_path, text, files).text.split("\n\nFROM")[1]
    assert "git" not in rewritten(tmp_path, text, SHOP).text.split("\n\nFROM")[1]


USER_LINES = "RUN groupadd shop && useradd -g shop shop"


@pytest.mark.parametrize(
    "text",
    [
        SHOP_TEXT.replace("COPY . .", f"{USER_LINES}\nCOPY --chown=shop:shop . .").replace("EXPOSE 8080", "USER shop"),
        SHOP_TEXT.replace("RUN mvn", f"{USER_LINES}\nRUN chown -R shop:shop /app\nUSER shop\nRUN mvn"),
    ],
)
def test_the_owner_is_kept(text: str, tmp_path: Path) -> None:
    builder, runtime = rewritten(tmp_path, text, SHOP).text.split("\n\nFROM")
    assert USER_LINES in builder
    assert USER_LINES in runtime
    assert "USER shop\n" in runtime
    assert "\nCOPY --from=build --chown=shop:shop /app/target/shop.jar /app/target/shop.jar\n" in runtime


def test_users_after_the_build_are_of_the_final_stage(tmp_path: Path) -> None:
    text = SHOP_TEXT.replace("EXPOSE 8080", f"{USER_LINES} && chown -R shop /app\nUSER shop")
    builder, runtime = rewritten(tmp_path, text, SHOP).text.split("\n\nFROM")
    assert "useradd" not in builder
    assert f"{USER_LINES} && chown -R shop /app\nUSER shop" in " ".join(runtime.split(" \\\n    ")).replace("  ", " ")


def test_users_of_another_distribution_may_differ(tmp_path: Path) -> None:
    text = SHOP_TEXT.replace("maven:3.9-eclipse-temurin-17", "openjdk:17-jdk-slim")
    for line, why in (
        ("RUN useradd -u 1000 shop", "uses an ID that Ubuntu images have"),
        ("RUN adduser --system shop", "may not be in the JRE image"),
    ):
        assert why in refusal(tmp_path, text.replace("EXPOSE 8080", line), SHOP)


def test_the_scripts_of_the_start_come_along(tmp_path: Path) -> None:
    text = SHOP_TEXT.replace("EXPOSE 8080", "RUN chmod +x wait-for-it.sh start.sh")
    text = text.replace('"java", "-jar", "target/shop.jar"', '"./wait-for-it.sh", "db:5432", "--", "./start.sh"')
    files = {
        **SHOP,
        "wait-for-it.sh": '#!/bin/bash\nwhile ! nc -z "$1"; do sleep 1; done\nshift 2\nexec "$@"\n',
        "start.sh": "#!/bin/sh\nexec java $JAVA_OPTS -jar target/shop.jar\n",
    }
    scripts = [f"COPY --from=build /app/{name} /app/{name}" for name in ("start.sh", "wait-for-it.sh")]
    assert sorted(copies(tmp_path, text, files)) == sorted([*SHOP_COPIES, *scripts])


def test_a_script_elsewhere_is_copied_from_the_context(tmp_path: Path) -> None:
    text = SHOP_TEXT.replace("EXPOSE 8080", "COPY start.sh /start.sh\nRUN chmod +x /start.sh")
    text = text.replace('"java", "-jar", "target/shop.jar"', '"/start.sh"')
    files = {**SHOP, "start.sh": "#!/bin/sh\nexec java -jar target/shop.jar\n"}
    runtime = rewritten(tmp_path, text, files).text.split("\n\nFROM")[1]
    assert "COPY start.sh /start.sh\nRUN chmod +x /start.sh\n" in runtime


def test_a_cache_mount_stays(tmp_path: Path) -> None:
    line = "RUN --mount=type=cache,target=/root/.m2 mvn -B package -DskipTests"
    assert (
        f"{line}\n\nFROM" in rewritten(tmp_path, SHOP_TEXT.replace("RUN mvn -B package -DskipTests", line), SHOP).text
    )


def test_packages_of_alpine_are_in_both_stages(tmp_path: Path) -> None:
    text = SHOP_TEXT.replace("maven:3.9-eclipse-temurin-17", "eclipse-temurin:17-jdk-alpine")
    text = text.replace("RUN mvn", "RUN apk add --no-cache bash curl\nRUN apk add --no-cache maven\nRUN mvn")
    builder, runtime = rewritten(tmp_path, text, SHOP).text.split("\n\nFROM")
    assert "RUN apk add --no-cache bash curl\n" in builder
    assert "RUN apk add --no-cache bash curl\n" in runtime
    assert "maven" in builder
    assert "maven" not in runtime


def test_the_parent_of_maven_is_outside_of_the_context(tmp_path: Path) -> None:
    result = rewritten(tmp_path, SHOP_TEXT, SHOP, "multi-stage", "order").text
    assert "COPY pom.xml ./\nRUN mvn -B dependency:go-offline\nCOPY . .\nRUN mvn -B package" in result
