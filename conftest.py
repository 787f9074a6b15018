"""Imports the package before any of its files is collected.

pytest sets a file that it imports first as an attribute of its package, and `gd.bench` would be
the module in place of the object.
"""

import gdinverse  # noqa: F401
