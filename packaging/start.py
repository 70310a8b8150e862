"""What the frozen program runs first."""

from __future__ import annotations

import os
import sys

# The frozen program finds its libraries through this variable; programs that it starts for the
# curator (spreadsheet, browser, file manager) must find their own. Its parts set it again.
if sys.platform == "linux":
    before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
    if before is None:
        os.environ.pop("LD_LIBRARY_PATH", None)
    else:
        os.environ["LD_LIBRARY_PATH"] = before

from adme_labeler.cli import main

sys.exit(main())
