"""What the types of `label-schema` take for right."""

from __future__ import annotations

import pytest
from dockerfile_dlint.model.packages.licenses import LicenseList
from dockerfile_dlint.rules.labels.label_email import is_email
from dockerfile_dlint.rules.labels.label_hash import is_hash
from dockerfile_dlint.rules.labels.label_time import is_rfc3339
from dockerfile_dlint.rules.labels.label_url import is_url
from dockerfile_dlint.rules.labels.label_version import is_semver
from dockerfile_dlint.rules.labels.spdx import is_spdx

_LIST = LicenseList()


def is_license(text: str) -> bool:
    return is_spdx(text, _LIST)


RIGHT = {
    is_url: ("https://example.com", "http://localhost:8080/a?b#c", "mailto:a@example.com", "urn:isbn:1", "ssh://a/b"),
    is_rfc3339: (
        "2025-01-31T12:00:00Z",
        "2025-01-31t12:00:00z",
        "2024-02-29T23:59:60Z",
        "2025-01-31T12:00:00.123456789+01:00",
        "1985-04-12T23:20:50.52-00:00",
    ),
    is_hash: ("abcdef1", "ABCDEF1", "0" * 12, "a" * 40, "b" * 64),
    # The list of semver.org's FAQ, in part.
    is_semver: (
        "0.0.4",
        "1.2.3",
        "1.1.2-prerelease+meta",
        "1.0.0-alpha.0valid",
        "1.0.0-rc.1+build.1",
        "1.2.3----RC-SNAPSHOT.12.9.1--.12",
        "1.0.0+0.build.1-rc.10000aaa-kk-0.1",
        "1.0.0-0A.is.legal",
        "99999999999999999999999.999999999999999999.99999999999999999",
    ),
    is_email: ("a@example.com", "a.b+c@example.co", "a@localhost", "1@a-b.c"),
    is_license: (
        "MIT",
        "mit",
        "GPL-2.0+",
        "0BSD",
        "Apache-2.0 OR MIT",
        "(MIT AND (BSD-3-Clause OR Zlib))",
        "GPL-2.0-only WITH Classpath-exception-2.0",
        "LicenseRef-Mine",
        "DocumentRef-a:LicenseRef-b AND MIT",
        "GPL-2.0-only WITH AdditionRef-mine",
    ),
}
WRONG = {
    is_url: ("", "example.com", "http://", "https:///a", "http://a b", "1http://a", "://a", "/a", "http:a"),
    is_rfc3339: (
        "",
        "2025-01-31",
        "2025-01-31 12:00:00Z",
        "2025-01-31T12:00:00",
        "2025-01-31T12:00Z",
        "2025-13-01T12:00:00Z",
        "2025-02-30T12:00:00Z",
        "2025-01-31T25:00:00Z",
        "2025-01-31T12:00:00.Z",
        "2025-01-31T12:00:00+0100",
        "20250131T120000Z",
        "now",
    ),
    is_hash: ("", "abcdef", "g" * 40, "a" * 41, "main", "abcdef1 "),
    is_semver: (
        "1",
        "1.2",
        "v1.2.3",
        "1.2.3-0123",
        "1.2.3+",
        "1.2.3-",
        "1.2.3-a..b",
        "01.1.1",
        "1.01.1",
        "1.2.3.DEV",
        "1.2-SNAPSHOT",
        "1.1.2+.123",
        "alpha",
        "latest",
    ),
    is_email: ("", "a", "a@", "@a", "a@b@c", "A <a@example.com>", "a b@c.d", ".a@b.c", "a..b@c.d", "a@-b.c", "a@b..c"),
    is_license: (
        "",
        "Apache 2.0",
        "Apache-2",
        "GPLv3",
        "MIT License",
        "MIT OR",
        "OR MIT",
        "(MIT",
        "MIT)",
        "()",
        "MIT, BSD-3-Clause",
        "MIT/Apache-2.0",
        "MIT WITH",
        "Proprietary",
        "NotListed-1.0",
        "MIT WITH Not-listed",
        "LicenseRef-",
        "MIT AND AND MIT",
        "https://example.com/license",
    ),
}


@pytest.mark.parametrize(("check", "text"), [(check, text) for check, texts in RIGHT.items() for text in texts])
def test_right(check: object, text: str) -> None:
    assert callable(check)
    assert check(text)


@pytest.mark.parametrize(("check", "text"), [(check, text) for check, texts in WRONG.items() for text in texts])
def test_wrong(check: object, text: str) -> None:
    assert callable(check)
    assert not check(text)
