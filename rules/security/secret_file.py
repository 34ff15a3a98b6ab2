"""SEC013."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Add, Copy

_NAMES = frozenset(
    ("id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", ".netrc", "_netrc", ".pypirc", ".git-credentials", ".npmrc_auth",
     ".dockercfg", ".pgpass", ".my.cnf", "kubeconfig", ".htpasswd", "credentials.json", "service-account.json",
     "client_secret.json", ".vault-token", ".terraformrc")
)  # fmt: skip
_FOLDERS = frozenset((".ssh", ".aws", ".gnupg", ".kube", ".azure"))
_PATHS = (".docker/config.json", ".aws/credentials", ".config/gcloud")


@rule("SEC013", level=WARNING, since="0.1", aliases=("trivy:DS-0031",), onbuild=False)
def secret_file(instruction: Copy | Add, build: Build) -> Iterator[Finding]:
    """A file that usually contains secrets is copied into the image.

    ## Why
    Everyone with access to the image can read the file, even if a later step deletes it.

    ## What to do
    Mount it for the step that needs it: `RUN --mount=type=secret,id=key,target=/root/.ssh/id_rsa …` or `RUN
    --mount=type=ssh …`.
    """
    if instruction.flag("from"):
        return
    for source in instruction.sources:
        value = build.value(instruction, source)
        if value is not None and _is_secret(value.rstrip("/")):
            yield Finding(
                f"`{source.text}` may contain secrets and stays in the image; use `RUN --mount=type=secret`", source
            )


def _is_secret(path: str) -> bool:
    parts = path.split("/")
    return parts[-1] in _NAMES or parts[-1] in _FOLDERS or any(path.endswith(known) for known in _PATHS)


EXAMPLES = (
    Bad("COPY «id_rsa» /root/.ssh/"),
    Good("COPY id_rsa.pub /root/.ssh/authorized_keys", why="a public key"),
    Bad("COPY app.py «.aws» /root/"),
    Good("COPY .npmrc /app/", why="usually contains no token"),
    Good("FROM debian:12-slim AS b\nFROM debian:12-slim\nCOPY --from=b /root/.ssh /x"),
)
