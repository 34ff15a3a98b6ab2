"""A builder and a slim runtime for Rust."""

from __future__ import annotations

from pathlib import Path

import pytest

from .cases import refusal, rewritten

TEXT = """\
FROM rust:1.75
WORKDIR /app
# everything
COPY . .
RUN cargo build --release
EXPOSE 8080
CMD ["./target/release/web-app"]
"""
FILES = {
    "Cargo.toml": '[package]\nname = "web-app"\nversion = "1.0.0"\n',
    "Cargo.lock": '[[package]]\nname = "web-app"\n\n[[package]]\nname = "openssl-sys"\n',
    "src/main.rs": "fn main() {}\n",
    "motd.txt": "hello\n",
}


def test_the_program_is_compiled_in_a_builder(tmp_path: Path) -> None:
    assert (
        rewritten(tmp_path, TEXT, FILES).text
        == """\
FROM rust:1.75-bookworm AS build
WORKDIR /app
COPY Cargo.toml Cargo.lock ./
# compile the dependencies with an empty program, which is then removed
RUN mkdir src && echo 'fn main() {}' > src/main.rs \\
    && cargo build --release \\
    && rm -r src target/release/.fingerprint/web-app-*
# everything
COPY . .
RUN cargo build --release

FROM debian:bookworm-slim
WORKDIR /app
RUN apt-get update \\
    && apt-get install -y --no-install-recommends \\
        ca-certificates \\
        libssl3 \\
        tzdata \\
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /app/motd.txt /app/motd.txt
COPY --from=build /app/target/release/web-app /app/target/release/web-app
EXPOSE 8080
CMD ["./target/release/web-app"]
"""
    )


def test_an_installed_program_keeps_its_folder_in_path(tmp_path: Path) -> None:
    text = TEXT.replace("cargo build --release", "cargo install --path .").replace("./target/release/", "")
    final = rewritten(tmp_path, text, FILES).text.partition("\n\n")[2]
    assert final.startswith('FROM debian:bookworm-slim\nENV PATH="/usr/local/cargo/bin:$PATH"\n')
    assert "COPY --from=build /usr/local/cargo/bin/web-app /usr/local/cargo/bin/web-app\n" in final


def test_a_program_that_is_put_elsewhere_comes_from_there(tmp_path: Path) -> None:
    text = TEXT.replace("--release\n", "--release && cp target/release/web-app /usr/local/bin/web\n", 1)
    text = text.replace("./target/release/web-app", "web")
    final = rewritten(tmp_path, text, FILES).text.partition("\n\n")[2]
    assert "COPY --from=build /usr/local/bin/web /usr/local/bin/web\n" in final


@pytest.mark.parametrize("more", [{"build.rs": "fn main() {}\n"}, {"src/lib.rs": ""}, {"src/bin/x.rs": ""}])
def test_projects_of_several_parts_are_compiled_at_once(more: dict[str, str], tmp_path: Path) -> None:
    builder = rewritten(tmp_path, TEXT, {**FILES, **more}).text.partition("\n\n")[0]
    assert (
        builder == "FROM rust:1.75-bookworm AS build\nWORKDIR /app\n# everything\nCOPY . .\nRUN cargo build --release"
    )


def test_libraries_that_are_compiled_in_are_not_installed(tmp_path: Path) -> None:
    files = {**FILES, "Cargo.lock": FILES["Cargo.lock"] + '\n[[package]]\nname = "openssl-src"\n'}
    assert "libssl3" not in rewritten(tmp_path, TEXT, files).text


@pytest.mark.parametrize(
    ("old", "new", "files", "why"),
    [
        ("rust:1.75", "rust:1.75-alpine", {}, "1: `rust:1.75-alpine` is not an official Rust image"),
        ("rust:1.75", "rust:1.70", {}, "1: `rust:1.70` is not an official Rust image on a known Debian release"),
        ('"./target/release/web-app"', '"cargo", "run"', {}, "7: the image starts `cargo`"),
        ('"./target/release/web-app"', '"./other"', {}, "0: neither CMD nor ENTRYPOINT starts the compiled program"),
        ("WORKDIR /app\n", "", {}, "1: no WORKDIR is set"),
        ("RUN cargo", "RUN cargo build\nRUN cargo", {}, "6: Cargo builds more than once; only"),
        ("RUN cargo", "RUN rustup target add x\nRUN cargo", {}, "5: the build may need the result of"),
        ("RUN cargo", "RUN ./configure && cargo", {}, "5: `./configure` is in the same RUN as the build"),
        (
            "RUN cargo",
            "ENV CARGO_TARGET_DIR=/t\nRUN cargo",
            {},
            "6: `CARGO_TARGET_DIR` changes where the program is written",
        ),
        (
            "",
            "",
            {"target/release/web-app": "old"},
            "5: `target` in the build context would overwrite the compiled program",
        ),
        (
            "",
            "",
            {"Cargo.lock": '[[package]]\nname = "sdl2-sys"\n'},
            "0: the system libraries of `sdl2-sys` are unknown",
        ),
        ("", "", {"Cargo.lock": ""}, "5: the build context has no Cargo.lock"),
    ],
)
def test_unsupported_files_are_rejected(old: str, new: str, files: dict[str, str], why: str, tmp_path: Path) -> None:
    text = TEXT.replace(old, new, 1) if old else TEXT
    assert refusal(tmp_path, text, {**FILES, **files}).startswith(why)


INSTALLED = TEXT.replace("cargo build --release", "cargo install --path .")


@pytest.mark.parametrize(
    ("start", "files"),
    [
        ('ENTRYPOINT ["web-app"]\nCMD ["serve"]\n', {}),
        ('ENTRYPOINT ["web-app"]\nCMD ["cargo"]\n', {}),
        ('ENTRYPOINT ["./entry.sh"]\nCMD ["web-app", "serve"]\n', {"entry.sh": '#!/bin/sh\nset -e\nexec "$@"\n'}),
        ('CMD ["./start.sh"]\n', {"start.sh": "#!/bin/sh\nexec web-app serve\n"}),
    ],
)
def test_the_arguments_of_the_entry_point_are_no_programs(start: str, files: dict[str, str], tmp_path: Path) -> None:
    text = INSTALLED.replace('CMD ["./target/release/web-app"]\n', start)
    final = rewritten(tmp_path, text, {**FILES, **files}).text.partition("\n\n")[2]
    copies = [line for line in final.splitlines() if line.startswith("COPY --from=build /usr")]
    assert copies == ["COPY --from=build /usr/local/cargo/bin/web-app /usr/local/cargo/bin/web-app"]


TOOL = "RUN cargo install diesel_cli --no-default-features --features postgres\n"
SCRIPT = {"start.sh": "#!/bin/sh\ndiesel migration run\nexec web-app\n"}


@pytest.mark.parametrize(
    ("tool", "files", "libraries"),
    [
        (TOOL, SCRIPT, {"libpq5"}),
        (TOOL.replace("--no-default-features ", ""), SCRIPT, {"libpq5", "libmariadb3", "libsqlite3-0"}),
        (TOOL, {"start.sh": "#!/bin/sh\nexec web-app\n"}, set[str]()),
        ("RUN cargo install cargo-watch --locked\n", {"start.sh": "#!/bin/sh\nexec web-app\n"}, set[str]()),
    ],
)
def test_a_tool_comes_along_when_a_script_starts_it(
    tool: str, files: dict[str, str], libraries: set[str], tmp_path: Path
) -> None:
    text = INSTALLED.replace("./target/release/web-app", "./start.sh").replace("WORKDIR", tool + "WORKDIR")
    final = rewritten(tmp_path, text, {**FILES, **files}).text.partition("\n\n")[2]
    assert ("COPY --from=build /usr/local/cargo/bin/diesel " in final) == bool(libraries)
    assert {name for name in ("libpq5", "libmariadb3", "libsqlite3-0") if name in final} == libraries


@pytest.mark.parametrize("tool", ["ripgrep", "--git https://a.org/x diesel_cli", "--root /x diesel_cli", "cargo-make"])
def test_other_tools_are_rejected(tool: str, tmp_path: Path) -> None:
    text = INSTALLED.replace("WORKDIR", f"RUN cargo install {tool}\nWORKDIR")
    assert refusal(tmp_path, text, FILES).startswith("2: the effect of `cargo install")


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("cp target/release/web-app /bin/", ["/app/motd.txt", "/app/target/release/web-app"]),
        ("cp motd.txt src/main.rs /etc/", ["/app/motd.txt", "/app/src", "/app/target/release/web-app"]),
        ("cp -r . /bin/", ["/app/target/release/web-app"]),
    ],
)
def test_files_that_are_copied_after_the_build_stay(after: str, expected: list[str], tmp_path: Path) -> None:
    final = rewritten(tmp_path, TEXT.replace("EXPOSE", f"RUN {after}\nEXPOSE"), FILES).text.partition("\n\n")[2]
    copies = [line.split()[2] for line in final.splitlines() if line.startswith("COPY --from=build")]
    assert copies == expected
    assert ("COPY . ." in final) == (len(expected) == 1)


def test_a_program_compiled_at_every_start_is_named(tmp_path: Path) -> None:
    text = TEXT.replace("RUN cargo build --release\n", "").replace('["./target/release/web-app"]', "cargo run")
    assert "add `RUN cargo build --release`" in refusal(tmp_path, text, FILES)
