"""Options, settings and variables that disable TLS and signature verification."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...syntax.command import Command, Word

_FALSE = frozenset(("0", "false", "no", "off", "n", "none"))
_TRUE = frozenset(("1", "true", "yes", "on", "y"))

_OFF_WHEN_FALSE = frozenset(("PYTHONHTTPSVERIFY", "NODE_TLS_REJECT_UNAUTHORIZED", "NPM_CONFIG_STRICT_SSL"))
_OFF_WHEN_TRUE = frozenset(("GIT_SSL_NO_VERIFY", "HF_HUB_DISABLE_SSL_VERIFY", "WGET_NO_CHECK_CERTIFICATE"))
_OFF_WHEN_SET = frozenset(("PIP_TRUSTED_HOST", "UV_INSECURE_HOST", "GOINSECURE"))

_TLS_FLAGS = {
    "curl": ("-k", "--insecure", "--proxy-insecure"),
    "wget": ("--no-check-certificate",),
    "aria2c": ("--check-certificate=false",),
    "pip": ("--trusted-host",),
    "npm": ("--strict-ssl=false", "--no-strict-ssl"),
    "yarn": ("--strict-ssl=false",),
    "http": ("--verify=no", "--verify=false"),
    "conda": ("-k", "--insecure"),
    "helm": ("--insecure-skip-tls-verify",),
    "oc": ("--insecure-skip-tls-verify",),
    "kubectl": ("--insecure-skip-tls-verify",),
}
_CURL_VALUES = frozenset("ACDEFHKPQTUXYbcdehmoprtuwxyz")
"""curl options with a value, which may follow in the same argument, so no option follows. Source: curl(1)."""

_SIGNATURE_FLAGS = {
    "apt": ("--allow-unauthenticated", "--force-yes", "--allow-insecure-repositories"),
    "apk": ("--allow-untrusted",),
    "dnf": ("--nogpgcheck", "--no-gpgchecks"),
    "zypper": ("--no-gpg-checks",),
    "rpm": ("--nosignature", "--nodigest", "--nogpg"),
}
_FAMILIES = {
    "apt-get": "apt", "aptitude": "apt", "yum": "dnf", "microdnf": "dnf", "tdnf": "dnf", "pip3": "pip", "pnpm": "npm",
    "mamba": "conda",
}  # fmt: skip


def tls_disabling_argument(command: Command) -> Word | None:
    """The argument of a command that disables TLS certificate verification; None if there is none."""
    name = _FAMILIES.get(command.name, command.name)
    flags = _TLS_FLAGS.get(name)
    if flags:
        for word in command.args:
            value = word.value
            if value in flags or (value.partition("=")[0] in flags and "=" not in flags[0]):
                return word
            if name == "curl" and value[:1] == "-" and value[1:2] != "-" and _in_curl_cluster(value):
                return word
    if name in ("git", "npm", "yarn", "conda", "bundle", "composer"):
        return _setting(command)
    return None


def _in_curl_cluster(value: str) -> bool:
    """Whether a cluster such as `-fsSLk` contains `-k`, before an option with a value."""
    for letter in value[1:]:
        if letter == "k":
            return True
        if letter in _CURL_VALUES or not letter.isalnum():
            return False
    return False


def _setting(command: Command) -> Word | None:
    """The argument that sets an option of git, npm and the like to false: `key=false` or `key false`."""
    words = command.args
    for index, word in enumerate(words):
        key, equals, value = word.value.partition("=")
        if key.lower() in ("http.sslverify", "strict-ssl", "ssl_verify", "https.sslverify", "ssl_verify_mode"):
            value = value if equals else words[index + 1].value if index + 1 < len(words) else ""
            if value.strip("\"'").lower() in _FALSE:
                return word
    return None


def disables_tls_check(name: str, value: str) -> bool:
    """Whether a variable with this value disables TLS certificate verification."""
    upper, lower = name.upper(), value.lower()
    if upper in _OFF_WHEN_FALSE:
        return lower in _FALSE
    if upper in _OFF_WHEN_TRUE:
        return lower in _TRUE
    return upper in _OFF_WHEN_SET and bool(value)


def signature_disabling_argument(command: Command) -> Word | None:
    """The argument of a package manager that disables signature verification; None if there is none."""
    flags = _SIGNATURE_FLAGS.get(_FAMILIES.get(command.name, command.name))
    if flags and any(word.value in ("purge", "remove", "autoremove") for word in command.args):
        return None
    for word in command.args if flags else ():
        if flags and word.value in flags:
            return word
        if word.value.replace(" ", "") in ("APT::Get::AllowUnauthenticated=true", "gpgcheck=0", "--setopt=gpgcheck=0"):
            return word
    return None
