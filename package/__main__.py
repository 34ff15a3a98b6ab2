"""`python -m dockerfile_dlint` is the command `dlint`."""

from __future__ import annotations

import sys

from .lint.main import main

sys.exit(main())
