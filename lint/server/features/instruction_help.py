"""Help texts on instructions, flags and mount options. Source: docs.docker.com/reference/dockerfile/."""

from __future__ import annotations

REFERENCE_URL = "https://docs.docker.com/reference/dockerfile/"

INSTRUCTION_HELP: dict[str, tuple[str, str]] = {
    "ADD": (
        "`ADD [--flags] source … destination`\n\nCopies files like COPY, and also downloads URLs and git repositories "
        "and extracts local tar archives. Use COPY if none of that is needed.",
        "add",
    ),
    "ARG": (
        "`ARG name[=default]`\n\nDeclares a build argument, set with `--build-arg name=value`. It is valid until the "
        "end of the stage and not part of the image's environment. Before the first FROM, it is only available in FROM "
        "lines; a stage can access it with a bare `ARG name`. Do not use it for secrets: it is visible in the image "
        "history.",
        "arg",
    ),
    "CMD": (
        '`CMD ["program", "argument"]`\n\nThe default command of a container, or the default arguments of ENTRYPOINT. '
        "Only the last CMD of a stage is used. In shell form, the program runs under a shell and does not receive "
        "signals.",
        "cmd",
    ),
    "COPY": (
        "`COPY [--flags] source … destination`\n\nCopies files into the image from the build context, or with `--from` "
        "from another stage or image. The step is cached until one of the files changes. A destination that ends with "
        "`/` is a directory; a relative one is relative to WORKDIR.",
        "copy",
    ),
    "ENTRYPOINT": (
        '`ENTRYPOINT ["program", "argument"]`\n\nThe program that a container runs. CMD, or the arguments of '
        "`docker run` after the image name, are its arguments, except in shell form.",
        "entrypoint",
    ),
    "ENV": (
        "`ENV name=value …`\n\nSets environment variables for the following steps and for every container. Unsetting a "
        "variable in a later RUN does not remove it from the image.",
        "env",
    ),
    "EXPOSE": (
        "`EXPOSE port[/protocol] …`\n\nDocuments the ports that the program listens on. To publish a port, use "
        "`docker run -p`.",
        "expose",
    ),
    "FROM": (
        "`FROM [--platform=…] image [AS name]`\n\nStarts a build stage from a base image, an earlier stage, or an "
        "empty image (`scratch`). The last stage becomes the image; files of other stages are only kept if "
        "copied.",
        "from",
    ),
    "HEALTHCHECK": (
        "`HEALTHCHECK [--flags] CMD command` or `HEALTHCHECK NONE`\n\nA command that checks in the container whether "
        "the program works: exit status 0 means healthy, 1 unhealthy. NONE disables the health check of the "
        "base image.",
        "healthcheck",
    ),
    "LABEL": (
        "`LABEL key=value …`\n\nAdds metadata to the image, such as its authors, revision and license. Tools support "
        "the standard keys `org.opencontainers.image.*`.",
        "label",
    ),
    "MAINTAINER": (
        "`MAINTAINER name`\n\nDeprecated; use `LABEL org.opencontainers.image.authors=…`.",
        "maintainer-deprecated",
    ),
    "ONBUILD": (
        "`ONBUILD instruction`\n\nStores an instruction that runs in builds that use this image as their base, right "
        "after FROM.",
        "onbuild",
    ),
    "RUN": (
        '`RUN [--flags] command`, `RUN <<EOF …`, or `RUN ["program", "argument"]`\n\nRuns a command and stores its '
        "changes as a layer. Files of a layer stay in the image even if a later RUN deletes them.",
        "run",
    ),
    "SHELL": (
        '`SHELL ["program", "argument"]`\n\nSets the shell for the shell form of the following instructions. The '
        'default is `["/bin/sh", "-c"]`, on Windows `["cmd", "/S", "/C"]`.',
        "shell",
    ),
    "STOPSIGNAL": (
        "`STOPSIGNAL signal`\n\nThe signal that stops the container; SIGTERM by default.",
        "stopsignal",
    ),
    "USER": (
        "`USER user[:group]`\n\nSets the user of the following steps and of the container. With a numeric ID, "
        "platforms can verify that it is not root.",
        "user",
    ),
    "VOLUME": (
        "`VOLUME path …`\n\nDeclares a directory whose data is stored outside of the container. Changes that later "
        "build steps make to it may be lost.",
        "volume",
    ),
    "WORKDIR": (
        "`WORKDIR path`\n\nSets the working directory of the following steps and of the container, and creates it if "
        "necessary. A relative path is relative to the previous WORKDIR.",
        "workdir",
    ),
}
"""By keyword: a description of the instruction, and the anchor of its section in the reference."""

_OWNER = "Owner of the files in the image: `user`, `user:group` or numeric IDs; root by default."
_MODE = "Permissions of the files in the image, such as `0644` or `u=rwX,go=rX`."
_LINK = "Put the files into an independent layer, which stays cached when earlier layers change."
_EXCLUDE = "Exclude sources that match the pattern. Can be repeated."

FLAG_HELP: dict[tuple[str, str], str] = {
    ("ADD", "chown"): _OWNER,
    ("ADD", "chmod"): _MODE,
    ("ADD", "link"): _LINK,
    ("ADD", "exclude"): _EXCLUDE,
    ("ADD", "checksum"): "Expected checksum of the download: `sha256:…`, or the commit of a git repository.",
    ("ADD", "keep-git-dir"): "Keep the `.git` directory of a git repository.",
    ("ADD", "unpack"): "Whether to extract tar archives; by default only local archives are extracted.",
    ("COPY", "from"): "Copy from an earlier stage (by name or number) or from an image instead of the build context.",
    ("COPY", "chown"): _OWNER,
    ("COPY", "chmod"): _MODE,
    ("COPY", "link"): _LINK,
    ("COPY", "exclude"): _EXCLUDE,
    ("COPY", "parents"): "Keep the parent directories of the sources.",
    ("FROM", "platform"): "Platform of the base image, such as `linux/arm64`, or `$BUILDPLATFORM` for "
    "cross-compilation at native speed.",
    ("HEALTHCHECK", "interval"): "Time between checks; 30s by default.",
    ("HEALTHCHECK", "timeout"): "Time after which a check fails; 30s by default.",
    ("HEALTHCHECK", "start-period"): "Startup time in which failures are ignored; 0s by default.",
    ("HEALTHCHECK", "start-interval"): "Time between checks during the start period; 5s by default.",
    ("HEALTHCHECK", "retries"): "Number of consecutive failures that make the container unhealthy; 3 by default.",
    ("RUN", "mount"): "Mount something for this command only: a cache, files of the build context or of a stage "
    "(bind), a secret, an SSH agent, a tmpfs.",
    ("RUN", "network"): "Network of the command: `default`, `none`, or `host`, which the builder must allow.",
    ("RUN", "security"): "`sandbox`, or `insecure` for elevated privileges, which the builder must allow.",
    ("RUN", "device"): "A CDI device that the command requires.",
}  # fmt: skip

MOUNT_TYPES = {
    "bind": "Files of the build context, a stage or an image; read-only unless `rw` is set.",
    "cache": "A directory that is kept between builds, for caches of package managers and compilers.",
    "tmpfs": "A directory in memory.",
    "secret": "A secret of `docker build --secret`, as a file or an environment variable.",
    "ssh": "The SSH agent of `docker build --ssh`.",
}

MOUNT_OPTIONS: dict[str, str] = {
    "type": "Mount type: `bind` (default), `cache`, `tmpfs`, `secret` or `ssh`.",
    "target": "Mount path. Also `dst`, `destination`.",
    "source": "Path in `from`, or in the build context. Also `src`.",
    "from": "Stage or image of the source; for a cache, its initial contents.",
    "rw": "Allow writes; they are discarded after the command. Also `readwrite`.",
    "ro": "Read-only. Also `readonly`.",
    "id": "ID of the cache, secret or agent; for a cache, the target by default.",
    "sharing": "Concurrent use of a cache by several builds: `shared`, `private` or `locked` (one waits).",
    "mode": "Permissions in octal, such as `0700`.",
    "uid": "User ID of the owner; 0 by default.",
    "gid": "Group ID of the owner; 0 by default.",
    "size": "Size limit of a tmpfs.",
    "required": "Fail if the secret or agent is missing; by default, the mount is skipped.",
    "env": "Environment variable to store the secret in.",
}

OPTIONS_BY_MOUNT_TYPE: dict[str, tuple[str, ...]] = {
    "bind": ("target", "source", "from", "rw"),
    "cache": ("target", "id", "sharing", "from", "source", "mode", "uid", "gid", "ro"),
    "tmpfs": ("target", "size"),
    "secret": ("id", "target", "env", "required", "mode", "uid", "gid"),
    "ssh": ("id", "target", "required", "mode", "uid", "gid"),
}


def instruction_help(name: str) -> str:
    """The description of an instruction with a link to the reference; empty for an unknown name."""
    found = INSTRUCTION_HELP.get(name)
    return f"{found[0]}\n\n[Reference of {name}]({REFERENCE_URL}#{found[1]})" if found else ""


def flag_help(name: str, flag: str) -> str:
    """The description of a flag with a link to the reference; empty for an unknown flag."""
    found = FLAG_HELP.get((name, flag))
    anchor = f"{name.lower()}---{flag}"
    return f"`--{flag}` of {name}\n\n{found}\n\n[Reference]({REFERENCE_URL}#{anchor})" if found else ""
