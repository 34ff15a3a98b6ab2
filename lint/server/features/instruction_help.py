"""What instructions, flags and mount options are for, in our own words.

Source of facts: docs.docker.com/reference/dockerfile/.
"""

from __future__ import annotations

REFERENCE_URL = "https://docs.docker.com/reference/dockerfile/"

INSTRUCTION_HELP: dict[str, tuple[str, str]] = {
    "ADD": (
        "`ADD [--flags] source … destination`\n\nCopies files like COPY, and besides fetches URLs and git repositories "
        "and unpacks local tar archives. Where none of that is wanted, COPY says more clearly what happens.",
        "add",
    ),
    "ARG": (
        "`ARG name[=default]`\n\nDeclares a value that `--build-arg name=value` can set. It lasts to the end of the "
        "stage "
        "and is not kept in the image's environment. Before the first FROM it serves the FROM lines only; a stage sees "
        "it after a bare `ARG name`. It is no place for secrets: the history of the image shows it.",
        "arg",
    ),
    "CMD": (
        '`CMD ["program", "argument"]`\n\nWhat a container runs when nothing else is asked for, or the default '
        "arguments "
        "of ENTRYPOINT. Only the last one of a stage counts. In shell form a shell stands between the program and the "
        "signals that are sent to it.",
        "cmd",
    ),
    "COPY": (
        "`COPY [--flags] source … destination`\n\nCopies files of the build context, or with `--from` of another "
        "stage or "
        "image, into the image. The step runs again only when one of the files changed. A destination that ends with "
        "`/` is a folder; a relative one is below WORKDIR.",
        "copy",
    ),
    "ENTRYPOINT": (
        '`ENTRYPOINT ["program", "argument"]`\n\nThe program that a container is. CMD, or what stands behind the '
        "image on "
        "the command line of `docker run`, are its arguments, unless it is in shell form.",
        "entrypoint",
    ),
    "ENV": (
        "`ENV name=value …`\n\nSets variables for the steps that follow and for every container. They cannot be taken "
        "back: unsetting one in a later RUN leaves it in the image.",
        "env",
    ),
    "EXPOSE": (
        "`EXPOSE port[/protocol] …`\n\nSays on which ports the program listens. It opens nothing: `docker run -p` "
        "does.",
        "expose",
    ),
    "FROM": (
        "`FROM [--platform=…] image [AS name]`\n\nBegins a stage on a base image, on an earlier stage, or on nothing "
        "(`scratch`). What a stage makes is left behind unless a later one copies it; the last stage is the image.",
        "from",
    ),
    "HEALTHCHECK": (
        "`HEALTHCHECK [--flags] CMD command` or `HEALTHCHECK NONE`\n\nA command that tells inside the container "
        "whether "
        "the program still does its work: exit status 0 is healthy, 1 is not. NONE takes back the one of the base "
        "image.",
        "healthcheck",
    ),
    "LABEL": (
        "`LABEL key=value …`\n\nNotes that the image carries: who made it, from which commit, under which license. "
        "`org.opencontainers.image.*` are the keys that tools know.",
        "label",
    ),
    "MAINTAINER": (
        "`MAINTAINER name`\n\nDeprecated; write `LABEL org.opencontainers.image.authors=…`.",
        "maintainer-deprecated",
    ),
    "ONBUILD": (
        "`ONBUILD instruction`\n\nKeeps an instruction for the builds that are FROM this image; there it runs right "
        "behind FROM.",
        "onbuild",
    ),
    "RUN": (
        '`RUN [--flags] command`, `RUN <<EOF …`, or `RUN ["program", "argument"]`\n\nRuns a command and keeps what it '
        "changed as a layer. What one RUN leaves behind, a later one can hide but not take out of the image.",
        "run",
    ),
    "SHELL": (
        '`SHELL ["program", "argument"]`\n\nThe shell that reads the shell form of the instructions that follow; at '
        "first "
        '`["/bin/sh", "-c"]`, on Windows `["cmd", "/S", "/C"]`.',
        "shell",
    ),
    "STOPSIGNAL": (
        "`STOPSIGNAL signal`\n\nThe signal that asks the program to end, SIGTERM unless it is set.",
        "stopsignal",
    ),
    "USER": (
        "`USER user[:group]`\n\nWho runs the steps that follow and the container. A number tells the platform that it "
        "is "
        "not root without a look into the image.",
        "user",
    ),
    "VOLUME": (
        "`VOLUME path …`\n\nMakes a folder one that containers keep outside of the image. What later steps of the "
        "build "
        "write there may be lost.",
        "volume",
    ),
    "WORKDIR": (
        "`WORKDIR path`\n\nThe folder in which the steps that follow and the container run; it is made when it is not "
        "there. A relative path is below the one before.",
        "workdir",
    ),
}
"""Keyword: what it does, and the anchor of its chapter."""

_OWNER = "Owner of the files in the image, as `user`, `user:group` or numbers; else they belong to root."
_MODE = "Permissions of the files in the image, such as `0644` or `u=rwX,go=rX`."
_LINK = "Put the files into a layer that does not depend on the ones before, so that it stays valid when these change."
_EXCLUDE = "Leave out the sources that match the pattern. May be given several times."

FLAG_HELP: dict[tuple[str, str], str] = {
    ("ADD", "chown"): _OWNER,
    ("ADD", "chmod"): _MODE,
    ("ADD", "link"): _LINK,
    ("ADD", "exclude"): _EXCLUDE,
    ("ADD", "checksum"): "What must come from the URL: `sha256:…`, or the commit of a git repository.",
    ("ADD", "keep-git-dir"): "Keep the `.git` folder of a git repository.",
    ("ADD", "unpack"): "Whether tar archives are unpacked: local ones are by default, fetched ones are not.",
    ("COPY", "from"): "Where the files come from instead of the build context: an earlier stage, by name or number, "
    "or an image.",
    ("COPY", "chown"): _OWNER,
    ("COPY", "chmod"): _MODE,
    ("COPY", "link"): _LINK,
    ("COPY", "exclude"): _EXCLUDE,
    ("COPY", "parents"): "Keep the folders of the sources below the destination.",
    ("FROM", "platform"): "The platform of the base image, such as `linux/arm64`, or `$BUILDPLATFORM` to build with "
    "native speed and cross-compile.",
    ("HEALTHCHECK", "interval"): "Time between two checks; 30s by default.",
    ("HEALTHCHECK", "timeout"): "How long a check may take before it counts as failed; 30s by default.",
    ("HEALTHCHECK", "start-period"): "Time to start up in which failures do not count; none by default.",
    ("HEALTHCHECK", "start-interval"): "Time between two checks during the start period; 5s by default.",
    ("HEALTHCHECK", "retries"): "How many failures in a row make the container unhealthy; 3 by default.",
    ("RUN", "mount"): "Something that is there for this command only and not kept in the image: a cache, files of the "
    "context or of a stage (bind), a secret, an SSH agent, a tmpfs.",
    ("RUN", "network"): "The network of the command: `default`, `none`, or `host` (which the builder must allow).",
    ("RUN", "security"): "`sandbox`, or `insecure` for full rights (which the builder must allow).",
    ("RUN", "device"): "A CDI device that the command needs; the builder must have it.",
}  # fmt: skip

MOUNT_TYPES = {
    "bind": "Files of the build context, a stage or an image, read-only unless `rw`.",
    "cache": "A folder that the builder keeps between builds: package caches, compilers' caches.",
    "tmpfs": "A folder in memory.",
    "secret": "A secret of `docker build --secret`, as a file or an environment variable.",
    "ssh": "The SSH agent of `docker build --ssh`.",
}

MOUNT_OPTIONS: dict[str, str] = {
    "type": "Kind of the mount: `bind` (the default), `cache`, `tmpfs`, `secret` or `ssh`.",
    "target": "Where it stands in the file system of the command. Also `dst`, `destination`.",
    "source": "The path in `from`, or in the build context. Also `src`.",
    "from": "The stage or image that holds the source; for a cache what it begins with.",
    "rw": "What the command writes is allowed, and dropped afterwards. Also `readwrite`.",
    "ro": "The command may not write. Also `readonly`.",
    "id": "Name of the cache, the secret or the agent; a cache is called like its target by default.",
    "sharing": "What happens when two builds want the cache at once: `shared`, `private` or `locked` (one waits).",
    "mode": "Permissions in octal, such as `0700`.",
    "uid": "Number of the user who owns it; 0 by default.",
    "gid": "Number of the group that owns it; 0 by default.",
    "size": "Limit of a tmpfs.",
    "required": "Fail when the secret or the agent is not given, instead of going on without.",
    "env": "Name of the environment variable that holds the secret.",
}

OPTIONS_BY_MOUNT_TYPE: dict[str, tuple[str, ...]] = {
    "bind": ("target", "source", "from", "rw"),
    "cache": ("target", "id", "sharing", "from", "source", "mode", "uid", "gid", "ro"),
    "tmpfs": ("target", "size"),
    "secret": ("id", "target", "env", "required", "mode", "uid", "gid"),
    "ssh": ("id", "target", "required", "mode", "uid", "gid"),
}


def instruction_help(name: str) -> str:
    """What an instruction does, with the link to its chapter; empty for what is none."""
    found = INSTRUCTION_HELP.get(name)
    return f"{found[0]}\n\n[Reference of {name}]({REFERENCE_URL}#{found[1]})" if found else ""


def flag_help(name: str, flag: str) -> str:
    """What a flag of an instruction does, with the link; empty for what is none."""
    found = FLAG_HELP.get((name, flag))
    anchor = f"{name.lower()}---{flag}"
    return f"`--{flag}` of {name}\n\n{found}\n\n[Reference]({REFERENCE_URL}#{anchor})" if found else ""
