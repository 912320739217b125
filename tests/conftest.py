"""Settings that all tests share."""

import os

from hypothesis import settings

# The first call of a kernel compiles it, which says nothing about the kernel: no deadlines.
settings.register_profile("default", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
