"""A builder and a runtime for programs of Debian's and Ubuntu's packages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from dockerfile_dlint.model.packages.distribution_libraries import ubuntu_libraries

from .rewrites.cases import refusal, rewritten

if TYPE_CHECKING:
    from pathlib import Path

C = """\
FROM debian:bookworm
RUN apt-get update && apt-get install -y gcc make libc6-dev libcurl4-openssl-dev git
COPY . /usr/src/ping
WORKDIR /usr/src/ping
RUN make
CMD ["./ping"]
"""
C_FILES = {
    "Makefile": "ping: main.o\n\t$(CC) -o $@ $^ -lcurl\n",
    "main.c": '#include "ping.h"\nint main(void) { return open_sites("sites.txt"); }\n',
    "ping.h": "int open_sites(const char *);\n",
    "sites.txt": "example.org\n",
}
CMAKE = """\
FROM ubuntu:22.04
RUN apt-get update && apt-get install -y build-essential cmake wget libboost-all-dev
WORKDIR /src
COPY . .
RUN mkdir -p build
RUN cd build && cmake .. && make
RUN cd build && make install
ENTRYPOINT ["/usr/local/bin/words"]
"""
CMAKE_FILES = {
    "CMakeLists.txt": "find_package(Boost REQUIRED COMPONENTS filesystem)\nadd_executable(words src/main.cpp)\n",
    "src/main.cpp": "int main() {}\n",
}
PIP = """\
FROM ubuntu:22.04
RUN apt-get update && apt-get install -y python3-pip build-essential libpq-dev
WORKDIR /app
COPY . .
RUN pip3 install -r requirements.txt
CMD ["gunicorn", "app:app"]
"""
PIP_FILES = {"requirements.txt": "flask\ngunicorn\npsycopg2\n", "app.py": "import flask\n"}


def final_stage(text: str) -> str:
    """The second stage of a file."""
    return text.partition("\n\nFROM ")[2]


def test_the_runtime_gets_the_program_its_data_and_its_libraries(tmp_path: Path) -> None:
    assert (
        rewritten(tmp_path, C, C_FILES).text
        == """\
FROM debian:bookworm AS build
RUN apt-get update && apt-get install -y gcc make libc6-dev libcurl4-openssl-dev git
COPY . /usr/src/ping
WORKDIR /usr/src/ping
RUN make
# the program reads neither sources nor objects
RUN find /usr/src/ping -regextype egrep -regex '.*\\.([cho]|cc|cpp|cxx|hh|hpp|hxx|l?a)' -delete

FROM debian:bookworm-slim
RUN apt-get update \\
    && apt-get install -y --no-install-recommends \\
        ca-certificates \\
        libcurl4 \\
    && rm -rf /var/lib/apt/lists/*
WORKDIR /usr/src/ping
COPY --from=build /usr/src/ping /usr/src/ping
CMD ["./ping"]
"""
    )


def test_a_program_that_starts_git_keeps_it(tmp_path: Path) -> None:
    code = 'int main(void) { return system("git log") + open_sites("sites.txt"); }\n'
    text = rewritten(tmp_path, C, {**C_FILES, "main.c": code}).text
    assert "        git \\\n" in final_stage(text)


def test_a_program_that_reads_sources_keeps_them(tmp_path: Path) -> None:
    code = 'int main(void) { return open_sites("tests/sample.c"); }\n'
    assert "find " not in rewritten(tmp_path, C, {**C_FILES, "main.c": code}).text


def test_a_program_that_starts_a_compiler_is_refused(tmp_path: Path) -> None:
    code = 'int main(void) { return system("gcc -o x x.c"); }\n'
    assert refusal(tmp_path, C, {**C_FILES, "main.c": code}) == (
        "0: the program may start `gcc`, which only the builder has"
    )


def test_only_the_program_is_copied_when_nothing_else_is_there(tmp_path: Path) -> None:
    text = 'FROM gcc:13\nCOPY . /app\nWORKDIR /app\nRUN gcc -o hello hello.c -lm\nCMD ["./hello"]\n'
    assert (
        rewritten(tmp_path, text, {"hello.c": "int main(void) {}\n"}).text
        == """\
FROM gcc:13-bookworm AS build
COPY . /app
WORKDIR /app
RUN gcc -o hello hello.c -lm

FROM debian:bookworm-slim
WORKDIR /app
COPY --from=build /app/hello /app/hello
CMD ["./hello"]
"""
    )


def test_the_libraries_of_gcc_come_along(tmp_path: Path) -> None:
    text = 'FROM gcc:13-bookworm\nWORKDIR /app\nCOPY . .\nRUN g++ -o hello hello.cpp -lssl\nCMD ["./hello"]\n'
    final = final_stage(rewritten(tmp_path, text, {"hello.cpp": "int main() {}\n"}).text)
    assert "        libssl3 \\\n" in final
    assert "        ca-certificates \\\n" in final
    assert "COPY --from=build /usr/local/lib64/libstdc++.so.6 /usr/local/lib64/libgcc_s.so.1 /usr/local/lib/\n" in final
    assert "RUN ldconfig\n" in final


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("g++ -o hello hello.cpp -lfoo", "4: the package of the library `-lfoo` is unknown; install it by name"),
        (
            "git clone https://example.org/x.git && cd x && make && cp x /opt/hello",
            "4: which libraries of `gcc` the program links to is unknown; start from `debian:bookworm` and install "
            "them by name",
        ),
    ],
)
def test_unknown_libraries_of_a_full_image_are_refused(tmp_path: Path, command: str, reason: str) -> None:
    text = f'FROM gcc:13-bookworm\nWORKDIR /app\nCOPY . .\nRUN {command}\nCMD ["./hello"]\n'
    assert refusal(tmp_path, text, {"hello.cpp": "int main() {}\n"}) == reason


def test_what_is_installed_is_copied_without_the_sources(tmp_path: Path) -> None:
    final = final_stage(rewritten(tmp_path, CMAKE, CMAKE_FILES).text)
    assert final == (
        "ubuntu:22.04\n"
        "RUN apt-get update \\\n    && apt-get install -y --no-install-recommends \\\n"
        "        libboost-filesystem1.74.0 \\\n    && rm -rf /var/lib/apt/lists/*\n"
        'WORKDIR /src\nCOPY --from=build /usr/local /usr/local\nENTRYPOINT ["/usr/local/bin/words"]\n'
    )


def test_sources_stay_where_the_program_names_their_data(tmp_path: Path) -> None:
    files = {**CMAKE_FILES, "src/main.cpp": 'int main() { open("words.txt"); }\n', "words.txt": "a\n"}
    assert "COPY --from=build /src /src\n" in rewritten(tmp_path, CMAKE, files).text


def test_shared_libraries_are_found_again(tmp_path: Path) -> None:
    text = CMAKE.replace("make install", "make install && ldconfig")
    assert "COPY --from=build /usr/local /usr/local\nRUN ldconfig\n" in rewritten(tmp_path, text, CMAKE_FILES).text


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (
            "cmake ..",
            "cmake -DCMAKE_INSTALL_PREFIX=/usr ..",
            "7: `make install` installs to `/usr` among the files of the distribution; install to `/usr/local`",
        ),
        ("cmake ..", "./setup.sh", "6: what `./setup.sh` writes is unknown; move it to a RUN after the build"),
        (
            "RUN mkdir -p build",
            "RUN curl https://deb.nodesource.com/setup_18.x | bash -",
            "5: NodeSource's script adds a package source; start from `node:18` instead",
        ),
        (
            "libboost-all-dev",
            "libfrobnicate-dev",
            "2: the run-time libraries for `libfrobnicate-dev` of Ubuntu jammy are unknown; install them by name, too",
        ),
        ("WORKDIR /src", "USER app\nWORKDIR /src", "7: the dependencies are installed as `app`, not as root"),
        (
            'ENTRYPOINT ["/usr/local/bin/words"]',
            'ENTRYPOINT ["make", "test"]',
            "8: the image runs `make`, which only the builder has",
        ),
    ],
)
def test_what_cannot_be_known_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    assert refusal(tmp_path, CMAKE.replace(old, new), CMAKE_FILES) == reason


def test_a_makefile_tells_where_it_installs(tmp_path: Path) -> None:
    text = C.replace("RUN make", "RUN make && make install").replace("./ping", "/usr/local/bin/ping")
    makefile = "PREFIX ?= /usr/local\ninstall:\n\tinstall -m 755 ping $(DESTDIR)$(PREFIX)/bin/ping\n"
    files = {**C_FILES, "Makefile": makefile, "main.c": "int main(void) {}\n"}
    final = final_stage(rewritten(tmp_path, text, files).text)
    assert "COPY --from=build /usr/local /usr/local\n" in final
    assert "/usr/src/ping /usr/src/ping" not in final
    elsewhere = makefile + "\tcp ping.conf /etc/ping.conf\n"
    assert "the directory that `make install` installs to is unknown" in refusal(
        tmp_path, text, {**files, "Makefile": elsewhere}
    )


def test_packages_of_pip_are_copied_from_where_debian_has_them(tmp_path: Path) -> None:
    assert (
        rewritten(tmp_path, PIP, PIP_FILES).text
        == """\
FROM ubuntu:22.04 AS build
RUN apt-get update && apt-get install -y python3-pip build-essential libpq-dev
WORKDIR /app
COPY requirements.txt ./
RUN pip3 install -r requirements.txt

FROM ubuntu:22.04
RUN apt-get update \\
    && apt-get install -y --no-install-recommends \\
        ca-certificates \\
        libgomp1 \\
        libpq5 \\
        python3 \\
        python3-setuptools \\
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY . .
COPY --from=build /usr/local /usr/local
CMD ["gunicorn", "app:app"]
"""
    )


def test_a_virtual_environment_is_copied(tmp_path: Path) -> None:
    text = PIP.replace("RUN pip3 install", "RUN python3 -m venv /opt/env && /opt/env/bin/pip install")
    final = final_stage(rewritten(tmp_path, text.replace('"gunicorn"', '"/opt/env/bin/gunicorn"'), PIP_FILES).text)
    assert "COPY --from=build /opt/env /opt/env\n" in final
    assert "/usr/local" not in final


def test_settings_are_in_both_stages_and_upgrades_in_the_final_one(tmp_path: Path) -> None:
    text = PIP.replace(
        "RUN apt-get update && apt-get install",
        "RUN ln -s /usr/bin/python3 /usr/bin/py\nRUN apt-get update && apt-get upgrade -y && apt-get install",
    )
    text = rewritten(tmp_path, text, PIP_FILES).text
    assert text.count("RUN ln -s /usr/bin/python3 /usr/bin/py\n") == 2
    assert final_stage(text).count("RUN apt-get update && apt-get upgrade -y && rm -rf /var/lib/apt/lists/*\n") == 1


def test_go_of_the_distribution(tmp_path: Path) -> None:
    text = """\
FROM debian:bookworm
RUN apt-get update && apt-get install -y golang-go ca-certificates
WORKDIR /app
COPY . .
RUN go build -o server .
CMD ["./server"]
"""
    files = {"go.mod": "module example.org/server\n", "main.go": "package main\n"}
    final = final_stage(rewritten(tmp_path, text, files).text)
    assert "golang" not in final
    assert "        ca-certificates \\\n" in final
    assert "COPY --from=build /app/server /app/server\n" in final


def test_java_runs_on_the_runtime_of_its_package(tmp_path: Path) -> None:
    text = """\
FROM debian:bookworm
RUN apt-get update && apt-get install -y openjdk-17-jdk-headless maven
WORKDIR /app
COPY . .
RUN mvn package
CMD ["java", "-jar", "target/app.jar"]
"""
    files = {"pom.xml": "<project><artifactId>app</artifactId></project>", "src/App.java": "class App {}\n"}
    final = final_stage(rewritten(tmp_path, text, files).text)
    assert "        openjdk-17-jre-headless \\\n" in final
    assert "maven" not in final
    assert "COPY --from=build /app /app\n" in final


def test_npm_is_left_out_unless_it_is_started(tmp_path: Path) -> None:
    text = """\
FROM debian:bookworm
RUN apt-get update && apt-get install -y npm
WORKDIR /app
COPY . .
RUN npm install
CMD ["node", "index.js"]
"""
    files = {"package.json": "{}", "index.js": "require('http')\n"}
    assert "        nodejs \\\n" in final_stage(rewritten(tmp_path, text, files).text)
    started = final_stage(rewritten(tmp_path, text.replace('"node", "index.js"', '"npm", "start"'), files).text)
    assert "        npm \\\n" in started or not started


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            'FROM ubuntu:22.04\nRUN apt-get update && apt-get install -y nginx gcc\nCMD ["nginx"]\n',
            "0: the build only installs system packages and copies files, so a second stage saves nothing",
        ),
        (
            "FROM nginx\nCOPY . /usr/share/nginx/html\n",
            "0: the build only installs system packages and copies files, so a second stage saves nothing",
        ),
        (
            "FROM debian:bookworm\nRUN apt-get update && apt-get install -y python3-flask curl\n"
            'RUN curl -o /opt/data https://example.org/data\nCMD ["flask", "run"]\n',
            "0: no compilers, headers or build tools are installed, so a second stage saves nothing",
        ),
        (
            "FROM debian:bookworm\nRUN apt-get update && apt-get install -y gcc make && mkdir /src && cd /src && make "
            '&& cp x /usr/local/bin && apt-get purge -y gcc make\nCMD ["x"]\n',
            "0: what the build needs is removed by the RUN that installs it",
        ),
        (
            "FROM alpine:3.20\nRUN apk add --virtual .deps gcc && gcc -o /bin/x x.c && apk del .deps\nCMD x\n",
            "0: what the build needs is removed by the RUN that installs it",
        ),
    ],
)
def test_there_is_nothing_to_do(tmp_path: Path, text: str, reason: str) -> None:
    assert refusal(tmp_path, text, {"index.html": ""}) == reason


def test_a_command_between_the_stages_is_refused(tmp_path: Path) -> None:
    text = C.replace("WORKDIR", "RUN chmod +x /usr/src/ping/run.sh /opt\nWORKDIR")
    assert "`chmod +x /usr/src/ping/run.sh /opt` changes files of the build" in refusal(tmp_path, text, C_FILES)


def test_a_mode_changed_by_the_build_is_kept(tmp_path: Path) -> None:
    text = PIP.replace("RUN pip3", "COPY run.sh /opt/run.sh\nRUN chmod +x /opt/run.sh && pip3")
    final = final_stage(rewritten(tmp_path, text, {**PIP_FILES, "run.sh": "gunicorn app:app\n"}).text)
    assert "COPY --from=build /opt /opt\n" in final or "COPY --from=build /opt/run.sh /opt/run.sh\n" in final


def test_packages_that_fail_on_old_slim_images_keep_the_full_one(tmp_path: Path) -> None:
    text = """\
FROM debian:bullseye
RUN apt-get update && apt-get install -y openjdk-17-jdk-headless maven
WORKDIR /app
COPY . .
RUN mvn package
CMD ["java", "-jar", "target/app.jar"]
"""
    files = {"pom.xml": "<project><artifactId>app</artifactId></project>", "src/App.java": "class App {}\n"}
    assert final_stage(rewritten(tmp_path, text, files).text).startswith("debian:bullseye\n")


def test_a_name_in_an_absolute_path_is_no_file_of_the_sources(tmp_path: Path) -> None:
    files = {**CMAKE_FILES, "src/main.cpp": 'int main() { open("/usr/local/share/words.txt"); }\n', "words.txt": "a\n"}
    assert "COPY --from=build /src /src\n" not in rewritten(tmp_path, CMAKE, files).text


@pytest.mark.parametrize(
    ("release", "header", "libraries"),
    [
        ("jammy", "libssl-dev", ("libssl3",)),
        ("noble", "libcurl4-openssl-dev", ("libcurl4t64",)),
        ("focal", "libboost-filesystem-dev", ("libboost-filesystem1.71.0", "libboost-system1.71.0")),
        ("jammy", "libmicrohttpd-dev", ("libmicrohttpd12",)),
        ("focal", "libmicrohttpd-dev", None),
        ("trusty", "libcurl4-openssl-dev", None),
        ("resolute", "zlib1g-dev", ("zlib1g",)),
        ("jammy", "build-essential", ()),
    ],
)
def test_libraries_of_ubuntu(release: str, header: str, libraries: tuple[str, ...] | None) -> None:
    assert ubuntu_libraries(header, release) == libraries
