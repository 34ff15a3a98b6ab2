"""Programs that are in the full variants of official images but not in their slim variants.

Source: the Dockerfiles of docker-library/buildpack-deps (curl, scm and the full one), the base of the full variants,
and those of the slim variants: docker-library/python, ruby, openjdk, nodejs/docker-node, Perl/docker-perl,
rust-lang/docker-rust, haskell/docker-haskell, erlang/docker-erlang-otp, adoptium/containers.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def _by_package(**packages: str) -> dict[str, str]:
    """The Debian package of each program: `_by_package(mercurial="hg")` is {"hg": "mercurial"}."""
    return {
        program: package.replace("_", "-").replace("gxx", "g++")
        for package, programs in packages.items()
        for program in programs.split()
    }


_CURL = _by_package(curl="curl", wget="wget", gnupg="gpg gpg2 gpgconf dirmngr")
_SCM = _by_package(
    git="git", git_lfs="git-lfs", mercurial="hg", subversion="svn", python3="python3 python",
    openssh_client="ssh scp sftp ssh-keygen ssh-keyscan", procps="ps top free pgrep pkill watch uptime vmstat",
)  # fmt: skip
_LINKERS = ("ld", "ar", "nm", "strip", "objcopy", "objdump")
_UNPACKERS = ("bzip2", "bunzip2", "patch", "xz", "unxz", "dpkg-buildpackage")
_COMPILERS = _by_package(gcc="gcc cc", gxx="g++ c++", make="make")
_BUILD = _by_package(
    autoconf="autoconf autoreconf", automake="automake aclocal", bzip2="bzip2 bunzip2", dpkg_dev="dpkg-buildpackage",
    file="file", imagemagick="convert identify mogrify", libtool="libtoolize", patch="patch", unzip="unzip",
    xz_utils="xz unxz", pkg_config="pkg-config", libpq_dev="pg_config", default_libmysqlclient_dev="mysql_config",
    binutils=" ".join(_LINKERS),
)  # fmt: skip
_JDK: dict[str, str] = dict.fromkeys(
    ("javac", "jar", "javadoc", "jlink", "jmod", "jdeps", "jpackage", "jshell", "jarsigner", "javap", "jcmd", "jmap",
     "jstack", "jstat", "jps", "ant", "sbt", "lein", "mvn", "mvnw", "gradle", "gradlew"), "",
)  # fmt: skip
"""Programs of the JDK that a JRE lacks, and programs that need them."""
_SWIFT: dict[str, str] = dict.fromkeys(("swift", "swiftc", "clang"), "")

BUILD_TOOLS = frozenset((*_COMPILERS, *_JDK, *_SWIFT, "autoconf", "autoreconf", "automake", "aclocal", "libtoolize"))
"""Programs that compile or build."""

_FULL = {**_CURL, **_SCM, **_COMPILERS, **_BUILD}


def _without(*programs: str) -> dict[str, str]:
    return {program: package for program, package in _FULL.items() if program not in programs}


MISSING_FROM_SLIM: Mapping[str, Mapping[str, str]] = {
    "node": {**_FULL, "openssl": "openssl", "update-ca-certificates": "ca-certificates"},
    "python": _without("python", "python3"),
    "pypy": _without("python", "python3"),
    "ruby": _FULL,
    "perl": _without("make"),
    "erlang": _FULL,
    "elixir": _FULL,
    "rust": _without("gcc", "cc", *_LINKERS),
    "haskell": _without(
        "curl",
        "git",
        "gpg",
        "gpg2",
        "gpgconf",
        "dirmngr",
        *_COMPILERS,
        "ld",
        "ar",
        "nm",
        "strip",
        "objcopy",
        "objdump",
        "bzip2",
        "bunzip2",
        "patch",
        "xz",
        "unxz",
        "dpkg-buildpackage",
    ),
    "openjdk": {**_CURL, **_SCM, **_by_package(bzip2="bzip2 bunzip2", unzip="unzip", xz_utils="xz unxz")},
    "eclipse-temurin": {**_JDK, **_by_package(binutils=" ".join(_LINKERS))},
    "amazoncorretto": _JDK,
    "ibm-semeru-runtimes": _JDK,
    "sapmachine": _JDK,
    "swift": {**_FULL, **_SWIFT},
}

PURE_PACKAGES = frozenset(
    ("pip", "setuptools", "wheel", "virtualenv", "pipenv", "poetry", "uv", "npm", "yarn", "pnpm", "corepack", "bundler",
     "pm2", "nodemon", "typescript", "serve", "http-server", "flask", "gunicorn", "requests")
)  # fmt: skip
"""Packages without compiled parts, including their dependencies."""
NATIVE_PACKAGES = frozenset(
    ("mysqlclient", "psycopg2", "uwsgi", "python-ldap", "pycrypto", "pygraphviz", "pycairo", "pygobject", "mod-wsgi",
     "m2crypto", "pyaudio", "python-snappy", "pylibmc", "dlib", "pg", "mysql2", "puma", "thin", "unf_ext",
     "eventmachine", "bcrypt_pbkdf", "node-gyp", "rmagick")
)  # fmt: skip
"""Packages published only as source that need a C compiler."""
