"""Pieces of Dockerfiles, right and wrong, that the property tests and bench/fuzz.py put together."""

from __future__ import annotations

DIRECTIVES = (
    "# syntax=docker/dockerfile:1", "# escape=`", "# escape=\\", "#escape = `", "  # escape=`", "# ESCAPE=`",
    "# escape=x", "# check=skip=all", "# check=error=true;skip=StageNameCasing", " # check=skip=all", "# unknown=1",
    "# syntax=", "#!/usr/bin/env dlint", "\ufeff# escape=`", "\ufeff",
)  # fmt: skip

COMMENTS = (
    "#", "# a comment", "   # indented", "\t#tab", "# ends in \\", "# <<EOF", "# dlint: ignore",
    "# dlint: ignore[DL3008] why", "# hadolint ignore=DL3008,DL3009", "# hadolint global ignore=DL3006",
    "# check=skip=all", "# dlint: ignore-file[", "#\\",
)  # fmt: skip

KEYWORDS = (
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER",
    "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR", "run", "Copy", "ONBUILD RUN",
    "ONBUILD COPY", "ONBUILD ONBUILD RUN", "RUNN", "FRM", "apt-get", "[", "--", "\\",
)  # fmt: skip

FLAGS = (
    "--from=build", "--from=0", "--from=9", "--chown=a:b", "--chmod=0755", "--link", "--link=", "--link=x",
    "--parents", "--exclude=*.md", "--platform=$BUILDPLATFORM", "--platform=linux/arm64",
    "--mount=type=cache,target=/root/.cache", "--mount=type=bind,from=build,source=/a", '--mount="type=secret,id=x"',
    "--mount", "--mount=,,", '--mount=a"b', "--network=none", "--network=x", "--security=insecure", "--interval=30s",
    "--interval=0.1us", "--retries=3", "--retries=-1", "--checksum=sha256:0", "--keep-git-dir=true", "--", "---",
    "--=", '--"a b"=c', "--a\\ b", "--\\",
)  # fmt: skip

WORDS = (
    ".", "/app", "src/", "*", "a=b", "X=$X$X", "a = b", "a=", "=b", 'a="b c"', "a='b c'", 'a="b', "a='b",
    "a=b\\ c", "a=\\",
    "a b c", "$X", "${X}", "${X:-y}", "${X", "${X#*}", "${X/a/b}", "$", "$$", "\\$X", "'$X'", '"$X"', "é",
    "日本", "\udc80", "\udcff", "\u2003", "\xa0", "\x85", "\x1c", "\x0b", "\x0c", "\t", "\ufeff", "\0x", "debian",
    "debian:12", "alpine@sha256:0", "scratch", "AS", "as", "build", "Build", "0", "8080", "8080/tcp", "80-90/UDP",
    "root", "1000:1000", "NONE", "CMD", "cmd", "SIGTERM", "https://example.com/a.tar.gz", "git@example.com:a/b.git",
    "<<EOF", "<<-EOF", "<<'EOF'", '<<"EOF"', "<<E\\OF", "3<<EOF", "<<", "<<-", "<< EOF", "<<A", "<<B", "<<EOF>f",
    "<<EOF|sh", "<<<x", "`", "``", "\\\\", "\\", "'", '"', "x" * 300,
)  # fmt: skip

JSON = (
    "[]", "[ ]", '["a"]', '["a", "b c"]', '["sh", "-c", "apt-get install curl"]',
    '["\\u0041\\n\\\\", "\\ud83d\\ude00"]', '["\\ud83d"]', '["\\ude00\\ud83d"]', '["a",]', "['a']", '["a"',
    '[1, "a"]', "[null]", "[[]]", '["a\tb"]', '["a"] x', '["\\x"]', '["\udc80\\n"]', '["\udc80"]', '["é\\u00e9"]',
    '["/bin/bash", "-c"]', '["powershell", "-Command"]', '["cmd", "/S", "/C"]', '["",""]', '["a" "b"]', '["a","/b/"]',
    '["\\', '["\\u12"]', "[" * 50, '{"a": "b"}',
)  # fmt: skip

SHELL = tuple(
    r"""
apt-get update && apt-get install -y curl
apt-get install curl=1.0 git
apk add --no-cache bash
yum install -y gcc
dnf -y install make; dnf clean all
zypper in -y x
pip install -r requirements.txt
pip3 install flask==1.0 'a>=1'
npm install
npm ci && npm i -g x@1
yarn install
gem install rake -v 1
go mod download
cargo build
rm -rf /var/lib/apt/lists/*
cd /app
sudo -u x apt-get install y
sh -c 'apt-get install y'
bash -c "pip install $X"
env A=1 pip install b
xargs apt-get install
find . -exec apt-get install {} \;
for i in a b; do apk add $i; done
if [ -f x ]; then npm i; fi
case $x in a) yum install y;; esac
f() { apt-get install z; }
(cd x && make)
{ a; b; }
echo $(apt-get install x)
echo `apk add y`
cat <<EOF > f
cat <<'E' | sh
sh <<-EOF
bash <<< 'npm i'
echo "a $(echo 'b' "c") d"
echo 'a
echo "a
echo $(
echo `
echo ${x
echo $((1 << 2))
echo $((
a | b |& c
a > f 2>&1 < g
! a
[[ a == b ]]
x=1 y=$(z)
set -eux; a
a &
a &&
&& a
;;
||
|
((
))
{
}
`# comment`
# comment
a # b
a\ b
\
$'a\n'
$"a"
time apt-get install x
exec
eval 'apt-get install x'
""".strip("\n").split("\n")
)

ENDINGS = (
    "\n", "\r\n", "\n\n", " \n", "\r", "\n \t\n", "",
)  # fmt: skip

CONTINUATIONS = (
    "\\\n", "`\n", "\\\r\n", "\\ \n", "\\\t \n", "\\\n\n", "\\\n# inside\n", "\\\n  # inside \\\n\n", "\\\\\n", "\\",
    "`",
)  # fmt: skip

BODIES = (
    "", "a\n", "apt-get install curl\n", "\tb\n", "#!/bin/bash\nnpm i\n", "#!/usr/bin/env python\nx\n", "$X\n",
    "EOF \n", "\r\n", "\udc80\n",
)  # fmt: skip

TERMINATORS = (
    "EOF\n", "EOF", "\tEOF\n", "A\nB\n", "B\nA\n", "EOF\r\n", "EOF \n", "",
)  # fmt: skip
