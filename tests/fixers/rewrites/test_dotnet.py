"""A builder and a runtime for .NET."""

from __future__ import annotations

from pathlib import Path

import pytest

from .cases import refusal, rewritten

TEXT = """\
FROM mcr.microsoft.com/dotnet/sdk:8.0
WORKDIR /src
# the project
COPY *.csproj ./
RUN dotnet restore
# the source
COPY . .
RUN dotnet publish -c Release -o /app
EXPOSE 8080
WORKDIR /app
ENTRYPOINT ["dotnet", "Web.dll"]
"""
FILES = {"Web.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web" />', "Program.cs": "", "appsettings.json": "{}"}


def test_the_program_is_published_in_a_builder(tmp_path: Path) -> None:
    assert (
        rewritten(tmp_path, TEXT, FILES).text
        == """\
FROM mcr.microsoft.com/dotnet/sdk:8.0 AS build
WORKDIR /src
# the project
COPY *.csproj ./
RUN dotnet restore
COPY . .
RUN dotnet publish -c Release -o /app

FROM mcr.microsoft.com/dotnet/aspnet:8.0
WORKDIR /src
# the source
COPY . .
COPY --from=build /app /app
EXPOSE 8080
WORKDIR /app
ENTRYPOINT ["dotnet", "Web.dll"]
"""
    )


@pytest.mark.parametrize(
    ("base", "project", "runtime"),
    [
        ("sdk:8.0.100-bookworm-slim", "Microsoft.NET.Sdk", "runtime:8.0-bookworm-slim"),
        ("core/sdk:3.1", "Microsoft.NET.Sdk.Web", "core/aspnet:3.1"),
        ("sdk:9.0-noble", "Microsoft.NET.Sdk.Worker", "runtime:9.0-noble"),
        ("sdk:6.0", 'Microsoft.NET.Sdk"><PackageReference Include="Microsoft.AspNetCore.Mvc', "aspnet:6.0"),
    ],
)
def test_the_runtime_is_that_of_the_sdk(base: str, project: str, runtime: str, tmp_path: Path) -> None:
    files = {**FILES, "Web.csproj": f'<Project Sdk="{project}" />'}
    final = rewritten(tmp_path, TEXT.replace("sdk:8.0", base), files).text.partition("\n\n")[2]
    assert final.startswith(f"FROM mcr.microsoft.com/dotnet/{runtime}\n")


def test_the_arguments_of_the_entry_point_are_no_programs(tmp_path: Path) -> None:
    text = TEXT[: TEXT.rindex("\n", 0, -1) + 1] + 'ENTRYPOINT ["dotnet", "Web.dll"]\nCMD ["dotnet", "run"]\n'
    assert "\nFROM mcr.microsoft.com/dotnet/aspnet:8.0\n" in rewritten(tmp_path, text, FILES).text


def test_packages_that_do_not_build_stay(tmp_path: Path) -> None:
    text = TEXT.replace("WORKDIR", "RUN apt-get update && apt-get install -y libgdiplus gcc\nWORKDIR", 1)
    final = rewritten(tmp_path, text, FILES).text.partition("\n\n")[2]
    assert "        libgdiplus \\\n" in final
    assert "gcc" not in final


@pytest.mark.parametrize(
    ("old", "new", "files", "why"),
    [
        ("sdk:8.0", "sdk:8.0-alpine", {}, "1: no runtime image of the same version and system is known"),
        ("sdk:8.0", "sdk:latest", {}, "1: no runtime image of the same version and system is known"),
        ('"Web.dll"', '"run"', {}, "11: `dotnet run` needs the SDK"),
        ('"dotnet", "Web.dll"', '"/other/Web"', {}, "0: neither CMD nor ENTRYPOINT starts the published program"),
        (" -o /app", "", {}, "8: `dotnet publish` has no output directory"),
        (
            "RUN dotnet publish",
            "RUN dotnet ef database update\nRUN dotnet publish",
            {},
            "8: the effect of `dotnet ef database update`",
        ),
        ("RUN dotnet publish", "RUN ./generate && dotnet publish", {}, "8: the effect of `./generate` is unknown"),
        ("WORKDIR /src\n", "USER app\nWORKDIR /src\n", {}, "2: a stage with USER cannot be split"),
    ],
)
def test_unsupported_files_are_rejected(old: str, new: str, files: dict[str, str], why: str, tmp_path: Path) -> None:
    assert refusal(tmp_path, TEXT.replace(old, new, 1), {**FILES, **files}).startswith(why)


def test_published_files_of_the_host_are_rejected(tmp_path: Path) -> None:
    text = TEXT.replace("-o /app", "-o out").replace("WORKDIR /app", "WORKDIR /src/out")
    assert "COPY --from=build /src/out /src/out\n" in rewritten(tmp_path, text, FILES).text
    assert "`out` in the build context would overwrite" in refusal(tmp_path, text, {**FILES, "out/Web.dll": ""})
