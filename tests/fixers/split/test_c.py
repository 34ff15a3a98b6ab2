"""A builder and a runtime for C and C++."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ..rewrites.cases import refusal, rewritten

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """\
FROM gcc:14-bookworm
# the source
WORKDIR /app
COPY . .
RUN gcc -O2 -o server main.c -lm
EXPOSE 7000
CMD ["./server"]
"""
FILES = {"main.c": "int main(void) { return 0; }\n"}


def test_the_program_alone_is_in_the_image(tmp_path: Path) -> None:
    assert (
        rewritten(tmp_path, TEXT, FILES).text
        == """\
FROM gcc:14-bookworm AS build
WORKDIR /app
COPY . .
RUN gcc -O2 -o server main.c -lm

FROM debian:bookworm-slim
# the source
WORKDIR /app
COPY --from=build /app/server /app/server
EXPOSE 7000
CMD ["./server"]
"""
    )


def test_files_that_the_program_may_open_come_with_it(tmp_path: Path) -> None:
    final = rewritten(tmp_path, TEXT, {**FILES, "words.txt": "hello\n"}).text.partition("\n\n")[2]
    assert "COPY --from=build /app /app\n" in final
    assert "/app/server /app/server" not in final


def test_cpp_has_the_runtime_of_its_compiler(tmp_path: Path) -> None:
    text = TEXT.replace("gcc -O2 -o server main.c -lm", "g++ -o server main.cpp")
    final = rewritten(tmp_path, text, {"main.cpp": "int main() {}\n"}).text.partition("\n\n")[2]
    assert (
        "COPY --from=build /usr/local/lib64/libstdc++.so.6 /usr/local/lib64/libgcc_s.so.1 /usr/local/lib/\n"
        "RUN ldconfig\n"
    ) in final


DEBIAN = """\
FROM debian:bookworm
RUN apt-get update && apt-get install -y build-essential cmake libsqlite3-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cmake -B out && cmake --build out && strip out/store
CMD ["/src/out/store"]
"""
CMAKE = {
    "CMakeLists.txt": "add_executable(store main.c)\ntarget_link_libraries(store PRIVATE sqlite3)\n",
    "main.c": "int main(void) { return 0; }\n",
}


def test_compilers_of_a_distribution_stay_in_the_builder(tmp_path: Path) -> None:
    builder, _, final = rewritten(tmp_path, DEBIAN, CMAKE).text.partition("\n\n")
    assert builder.startswith("FROM debian:bookworm AS build\nRUN apt-get update")
    assert final.startswith("FROM debian:bookworm-slim\nRUN apt-get update")
    assert "        libsqlite3-0 \\\n" in final
    assert "build-essential" not in final
    assert "COPY --from=build /src/out/store /src/out/store\n" in final


def test_ubuntu_has_no_slim_variant_and_loses_the_compiler(tmp_path: Path) -> None:
    text = DEBIAN.replace("debian:bookworm", "ubuntu:24.04").replace(" libsqlite3-dev", "")
    files = {**CMAKE, "CMakeLists.txt": "add_executable(store main.c)\n"}
    final = rewritten(tmp_path, text, files).text.partition("\n\n")[2]
    assert final.startswith("FROM ubuntu:24.04\nWORKDIR /src\nCOPY --from=build /src/out/store /src/out/store\n")


def test_make_builds_what_the_image_starts(tmp_path: Path) -> None:
    text = TEXT.replace("gcc -O2 -o server main.c -lm", "make")
    files = {**FILES, "Makefile": "server: main.c\n\tgcc -o server main.c -lssl\n"}
    final = rewritten(tmp_path, text, files).text.partition("\n\n")[2]
    assert "        libssl3 \\\n" in final
    assert "COPY --from=build /app/server /app/server\n" in final


@pytest.mark.parametrize(
    ("old", "new", "files", "why"),
    [
        ("-lm", "-lfoo", {}, "5: the package of the library `-lfoo` is unknown; install it by name"),
        (
            "",
            "",
            {"main.c": "void *p = dlopen(name, 1);\n"},
            "5: which libraries of `gcc` the program links to is unknown",
        ),
        ("RUN gcc", "RUN make install && gcc", {}, "5: the directory that `make install` installs to is unknown"),
        ("WORKDIR /app\n", "", {}, "1: no WORKDIR is set"),
        ("gcc:14-bookworm", "gcc:4.9", {}, "1: the release that `gcc:4.9` is made of is unknown"),
    ],
)
def test_unsupported_files_are_rejected(old: str, new: str, files: dict[str, str], why: str, tmp_path: Path) -> None:
    found = refusal(tmp_path, TEXT.replace(old, new, 1) if old else TEXT, {**FILES, **files})
    assert found.startswith(why)


def test_a_program_that_the_build_does_not_name_is_not_copied_alone(tmp_path: Path) -> None:
    final = rewritten(tmp_path, TEXT.replace("./server", "./other"), FILES).text.partition("\n\n")[2]
    assert "COPY --from=build /app /app\n" in final


def test_openmp_has_its_library(tmp_path: Path) -> None:
    final = rewritten(tmp_path, TEXT.replace("-lm", "-fopenmp"), FILES).text.partition("\n\n")[2]
    assert "COPY --from=build /usr/local/lib64/libgomp.so.1 /usr/local/lib/\nRUN ldconfig\n" in final
