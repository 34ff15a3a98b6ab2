"""A runtime image for a final stage on the image of a toolchain."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..rewrites.cases import refusal, rewritten

GO = (
    "FROM golang:1.22 AS build\nWORKDIR /src\nCOPY . .\nRUN go build -o /app .\n\n"
    'FROM golang:1.22\n# the program\nCOPY --from=build /app /usr/local/bin/app\nEXPOSE 8080\nCMD ["app"]\n'
)
FILES = {"go.mod": "module example.org/a\n", "main.go": "package main\nfunc main() {}\n"}
NET = (
    "FROM mcr.microsoft.com/dotnet/sdk:8.0 AS build\nWORKDIR /src\nCOPY . .\nRUN dotnet publish -o /out\n\n"
    'FROM mcr.microsoft.com/dotnet/sdk:8.0\nWORKDIR /app\nCOPY --from=build /out .\nENTRYPOINT ["dotnet", "a.dll"]\n'
)


def test_a_program_in_go_runs_on_the_same_release(tmp_path: Path) -> None:
    new = rewritten(tmp_path, GO, FILES, "slim-base").text
    assert new.split("\n\n")[1] == (
        "FROM debian:bookworm-slim\nWORKDIR /go\n# the program\nCOPY --from=build /app /usr/local/bin/app\n"
        "# certificates and time zones, where the program looks for them\n"
        "COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt\n"
        "COPY --from=build /usr/local/go/lib/time/zoneinfo.zip /usr/local/go/lib/time/zoneinfo.zip\n"
        'EXPOSE 8080\nCMD ["app"]\n'
    )
    assert rewritten(tmp_path, new, FILES, "slim-base").text == new


def test_a_program_in_net_runs_on_aspnet(tmp_path: Path) -> None:
    new = rewritten(tmp_path, NET, {"a.csproj": "<Project/>"}, "slim-base").text
    assert new == NET.replace(
        "\n\nFROM mcr.microsoft.com/dotnet/sdk:8.0", "\n\nFROM mcr.microsoft.com/dotnet/aspnet:8.0"
    )


def test_an_archive_runs_on_the_jre_of_mavens_image(tmp_path: Path) -> None:
    text = (
        "FROM maven:3-eclipse-temurin-17 AS build\nWORKDIR /a\nCOPY . .\nRUN mvn package\n"
        'FROM maven:3-eclipse-temurin-17\nCOPY --from=build /a/target/a.jar /a.jar\nCMD ["java", "-jar", "/a.jar"]\n'
    )
    files = {"pom.xml": "<project/>", "A.java": "class A {}\n"}
    assert "\nFROM eclipse-temurin:17-jre\nCOPY" in rewritten(tmp_path, text, files, "slim-base").text
    latest = text.replace("maven:3-eclipse-temurin-17", "maven:latest")
    assert rewritten(tmp_path / "b", latest, files, "slim-base").text == latest


@pytest.mark.parametrize(
    ("text", "old", "new", "why"),
    [
        (GO, "EXPOSE 8080", "RUN app --init", "a final stage with RUN may need the toolchain"),
        (GO, 'CMD ["app"]', 'CMD ["go", "run", "."]', "does not start a program that is copied"),
        (GO, "EXPOSE 8080", "HEALTHCHECK CMD curl -f localhost", "`curl` (package curl) is not in the runtime image"),
        (GO, "go build", "go build -trimpath", "the libraries or files that the program loads are unknown"),
        (GO, "COPY . .\n", "COPY . .\nRUN apt-get install -y libpq-dev\n", "the libraries or files"),
        (GO, "golang:1.22 AS", "debian:12 AS", "the libraries or files"),
        (GO, "golang:1.22\n#", "golang:1.24.6\n#", "the release of `golang:1.24.6` is unknown"),
        (GO, "golang:1.22\n#", "golang:1.22-alpine\n#", "the release of `golang:1.22-alpine` is unknown"),
        (NET, '"a.dll"', '"run"', "`dotnet run` needs the SDK"),
        (NET, "--from=build /out .", ". .", "does not start a program that is copied"),
    ],
)
def test_a_final_stage_that_may_need_the_toolchain_keeps_it(
    text: str, old: str, new: str, why: str, tmp_path: Path
) -> None:
    assert why in refusal(tmp_path, text.replace(old, new), FILES, "slim-base")


def test_other_programs_of_the_toolchain_image_are_a_reason_to_refuse(tmp_path: Path) -> None:
    files = {**FILES, "main.go": 'package main\nimport "os/exec"\nfunc main() { exec.Command("git", "log") }\n'}
    assert "`main.go` uses `os/exec`" in refusal(tmp_path, GO, files, "slim-base")
