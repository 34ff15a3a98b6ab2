"""What users of other linters and builders reported as missing or wrong, written anew: findings, fixes and layouts."""

from __future__ import annotations

from pathlib import Path

import pytest
from dockerfile_dlint import fix_text, format_text, lint_text, optimize_text

CONFIG = {"preview": True, "ignore": ["SEC001", "BAS001", "BAS002"]}
SLIM = "FROM debian:13-slim\n"

FOUND = {
    "a heredoc that goes on after a failure": (SLIM + "RUN <<STEPS\nfetch-data\nbuild-data\nSTEPS\n", {}, "COR008:3"),
    "a heredoc that stops": (SLIM + "RUN <<STEPS\nset -e\nfetch-data\nbuild-data\nSTEPS\n", {}, ""),
    "names that only look like secrets": (
        SLIM
        + "ENV OUTPUT_MAX_TOKENS=256 MODEL_MAX_NEW_TOKENS=8 UNK_TOKEN=unk PASSWORD_PROMPT=Enter PASSWORD_LABEL=Key\n"
        + "ENV TOKEN_SCOPE=write TOKEN_SOURCE=header PASSWORD_STRENGTH=2 PASSWORD_CHARS=xyz PASSWORD_ALIAS=me\n"
        + "ENV SMTP_PASSWORD=tulip-91\nARG PYPI_TOKEN\n",
        {},
        "DL3064:4 DL3064:5",
    ),
    "a comment in a quoted text": (
        SLIM + "RUN printf '%s\\n' 'key one \\\n# not kept \\\nkey two' > /etc/keys \\\n    # kept\n    && ls\n",
        {},
        "COR031:3",
    ),
    "a Windows path that ends with the escape character": (
        "FROM mcr.microsoft.com/windows/servercore:ltsc2025\nCOPY tool.exe d:\\\nRUN dir d:\\\n",
        {},
        "COR030:3",
    ),
    "RUN continues into ENTRYPOINT": (SLIM + 'RUN touch /ready \\\nENTRYPOINT ["/bin/ls"]\n', {}, "COR030:3"),
    "USER continues into CMD": (SLIM + 'USER 1000 \\\nCMD ["/bin/ls"]\n', {}, "COR030:3"),
    "COPY continues into CMD": (SLIM + 'COPY conf /conf \\\nCMD ["/bin/ls"]\n', {}, "COR030:3"),
    "LABEL continues into ADD": (SLIM + "LABEL team=core \\\nADD conf /conf\n", {}, "SYN003:2"),
    "an assignment at the start of a line": (SLIM + "RUN env \\\nLABEL=blue printenv\n", {}, ""),
    "a comment of the shell that ends the command": (
        SLIM + "RUN mkdir /one \\\n  && mkdir /two # second \\\n  && chmod 700 /two\n",
        {},
        "COR032:3",
    ),
    "comments after instructions": (
        SLIM
        + "WORKDIR /srv # place\nUSER 5 # number\nVOLUME /srv/data # kept\nADD page /page # the page\n"
        + 'CMD ["/bin/ls"] # list\n',
        {},
        "COR017:2 COR017:3 COR017:4 COR017:5 DL3025:6 COR017:6",
    ),
    "a comment after EXPOSE": (SLIM + "EXPOSE 8443 # secure\n", {}, "SYN004:2"),
    "a comment after STOPSIGNAL": (SLIM + "STOPSIGNAL SIGINT # quick\n", {}, "SYN004:2"),
    "tildes": (
        SLIM
        + "ENV PATH=~/tools:$PATH\nWORKDIR ~/work\nCOPY conf ~/conf/\nRUN --mount=type=cache,target=~/.cache ls ~/c\n"
        + 'VOLUME ~/state\nCMD ["cat", "~/conf/a"]\n',
        {},
        "COR012:2 DL3000:3 COR012:4 COR012:5 COR012:6 COR011:7",
    ),
    "shell syntax in exec form": (
        SLIM + 'RUN ["ls", "/a", "&&", "ls", "/b"]\nENTRYPOINT ["ls -l /srv"]\nCMD ["--color", "$WHEN"]\n',
        {},
        "COR011:2 COR010:3 COR011:4",
    ),
    "effects that end with the RUN": (
        SLIM + "RUN export STAGE=prod\nRUN . /opt/env/bin/activate\n",
        {},
        "COR013:2 COR013:3",
    ),
    "platform arguments that are not declared": (
        "FROM --platform=$BUILDPLATFORM golang:1.27 AS make\n"
        "RUN GOARCH=$TARGETARCH go build -o /bin/tool ./tool\n"
        "FROM scratch\nCOPY --from=make /bin/tool /tool\n",
        {},
        "COR002:2",
    ),
    "a platform argument with a default": (
        "FROM --platform=$BUILDPLATFORM golang:1.27 AS make\nARG TARGETARCH=arm64\n"
        "RUN GOARCH=$TARGETARCH go build -o /bin/tool ./tool\nFROM scratch\nCOPY --from=make /bin/tool /tool\n",
        {},
        "COR018:2",
    ),
    "two installs after COPY": (
        "FROM node:24-slim\nWORKDIR /srv\nCOPY . .\nRUN npm ci && cd admin && npm ci && npm cache clean --force\n",
        {".dockerignore": "node_modules\n", "package.json": "{}", "package-lock.json": "{}", "server.js": "a"}
        | {"admin/package.json": "{}", "admin/package-lock.json": "{}", "admin/node_modules/a/b.js": "a"},
        "CTX002:3 OPT020:3",
    ),
    "a version that redirects": (
        "FROM python:3.14-slim\nRUN pip install --no-cache-dir 'attrs==25.1.0' rich>=13.9\n",
        {},
        "COR016:2 DL3013:2",
    ),
    "apt-get without root": (
        SLIM
        + "ENV DEBIAN_FRONTEND=noninteractive\nUSER 4000\n"
        + "RUN apt-get update && apt-get install -y --no-install-recommends jq && rm -rf /var/lib/apt/lists/*\n",
        {},
        "PKG010:2 COR014:4",
    ),
    "an entrypoint that ignores CMD": (
        SLIM + 'COPY --chmod=755 boot.sh /boot.sh\nENTRYPOINT ["/boot.sh"]\nCMD ["web"]\n',
        {"boot.sh": "#!/bin/sh\nprepare\nserver --port 80\n"},
        "COR023:3",
    ),
    "an entrypoint that passes CMD on": (
        SLIM + 'COPY --chmod=755 boot.sh /boot.sh\nENTRYPOINT ["/boot.sh"]\nCMD ["web"]\n',
        {"boot.sh": '#!/bin/sh\nprepare\nexec "$@"\n'},
        "",
    ),
    "--link with a name": (
        "FROM node:24-slim\nCOPY --link --chown=node:node a /a\nCOPY --link --chown=1000 a /b\n",
        {},
        "COR033:2",
    ),
    "a large file with another owner": (
        SLIM + "COPY tool /opt/\nRUN chown 5:5 /opt/tool\n",
        {"tool": "x" * 2_000_000},
        "OPT004:3",
    ),
    "distroless has no shell": (
        "FROM gcr.io/distroless/cc-debian13:nonroot\nCOPY tool /tool\nRUN ls\n"
        "HEALTHCHECK CMD curl -f http://localhost || exit 1\n"
        'CMD ["/tool"]\n',
        {},
        "COR007:3 COR007:4",
    ),
    "distroless with a shell": (
        'FROM gcr.io/distroless/cc-debian13:debug-nonroot\nCOPY tool /tool\nRUN ls\nCMD ["/tool"]\n',
        {},
        "",
    ),
    "an account that nobody creates": (
        SLIM + "RUN mkdir /data && chown -R runner:runner /data\nUSER runner\n",
        {},
        "COR015:2",
    ),
    "flags in variables": (
        "FROM debian:13-slim\nARG OPTS='-y --no-install-recommends'\nARG WHEEL=--no-cache-dir\n"
        "ARG QUIET=--progress=dot:giga\n"
        "RUN apt-get update && apt-get install $OPTS jq wget && rm -rf /var/lib/apt/lists/*\n"
        "RUN pip install $WHEEL flask==3.1.2\nRUN wget $QUIET https://example.com/page\nARG NEW=--no-log-init\n"
        "RUN useradd $NEW -u 987654321 app\n",
        {},
        "",
    ),
}


@pytest.mark.parametrize("name", FOUND)
def test_exactly_these_findings(name: str, tmp_path: Path) -> None:
    text, files, expected = FOUND[name]
    found = lint_text(text, context=_write(tmp_path, files) if files else None, config=CONFIG)
    assert [f"{each.code}:{each.start[0]}" for each in found] == expected.split(), [each.message for each in found]


def _write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("FROM busybox:1.38\nENV MODE=fast # for tests\n", "`# for tests` is not a comment, but part of ENV"),
        ("FROM busybox:1.38 AS tools # helpers\n", "`# helpers` is not a comment, but part of FROM"),
        ("FROM busybox:1.38\nENV MODE=fast \\\nCOPY b /b\n", "`COPY` is part of the ENV above"),
        ("FROM busybox:1.38\nCOPY tool c:\\\nRUN dir\n", "or set another character with `# escape=`"),
    ],
)
def test_the_message_names_the_cause(text: str, part: str) -> None:
    assert any(part in each.message for each in lint_text(text))


@pytest.mark.parametrize(
    "text",
    [
        SLIM + "COPY page /page # the page\n",
        SLIM + "ADD page style # both\n",
        SLIM + "WORKDIR ~/work\n",
        SLIM + "RUN touch /ready \\\n\nCOPY conf /conf\n",
        "FROM mcr.microsoft.com/windows/servercore:ltsc2025\nCOPY tool.exe d:\\\nRUN dir d:\\\n",
    ],
)
def test_no_fix_makes_a_slip_permanent(text: str) -> None:
    assert fix_text(text, config=CONFIG, unsafe=True) == text


def test_options_keep_their_values() -> None:
    text = format_text(
        SLIM
        + "RUN pip install --no-cache-dir -e . -e ./plugins -r extra.txt a==1 --index-url https://pypi.test rich\n"
        + "RUN apt-get install -y jq nano -t trixie-backports make gcc git tmux zip unzip cmake\n"
    )
    lines = [line.strip(" \\") for line in text.splitlines()]
    for pair in ("-e .", "-e ./plugins", "-r extra.txt", "--index-url https://pypi.test", "-t trixie-backports"):
        assert pair in lines


def test_a_comment_in_powershell_stays_where_it_is() -> None:
    run = "RUN Get-Item C:\\one ; `\n    Get-Item C:\\two ; `\n  # three\n    Get-Item C:\\three\n"
    text = '# escape=`\nFROM mcr.microsoft.com/windows/servercore:ltsc2025\nSHELL ["powershell", "-Command"]\n' + run
    assert format_text(text) == text


def test_the_program_is_found_through_path(tmp_path: Path) -> None:
    _write(tmp_path, {"go.mod": "module example.com/clock\n\ngo 1.27\n", "main.go": "package main\n\nfunc main() {}\n"})
    text = 'FROM golang:1.27\nWORKDIR /src\nCOPY . .\nRUN go build -o /usr/local/bin/clock .\nCMD ["clock"]\n'
    rejected: list[str] = []
    result = optimize_text(text, context=tmp_path, on_rejected=rejected.append)
    assert result.count("FROM ") == 2, rejected
    assert "COPY --from=" in result


def test_a_second_optimize_changes_nothing(tmp_path: Path) -> None:
    _write(tmp_path, {"requirements.txt": "attrs==25.1.0\n", "tool.py": "print()\n"})
    text = (
        "FROM python:3.14\nWORKDIR /srv\nRUN pip install --upgrade pip\nCOPY . /srv\n"
        "RUN pip install -r requirements.txt\n"
        "COPY . /srv\nRUN pip install -r requirements.txt\nRUN pip install rich[all]\n"
        'RUN make\nCMD ["python", "tool.py"]\n'
    )
    once = optimize_text(text, context=tmp_path)
    assert once != text
    assert optimize_text(once, context=tmp_path) == once


def test_fixes_of_rules_that_disagree_come_to_an_end() -> None:
    text = "from busybox:1.38 AS First\nrun ls\nFrom First as second\nonbuild User 5\nCmd ls\n"
    everything = {"select": ["ALL"]}
    once = fix_text(text, config=everything, unsafe=True)
    assert once != text
    assert fix_text(once, config=everything, unsafe=True) == once
