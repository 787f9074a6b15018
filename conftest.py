"""Imports the package before any of its files is collected.

pytest sets a file that it imports first as an attribute of its package, and `gd.bench` would be
the module in place of the object.
"""

import gc

import gdinverse  # noqa: F401

gc.set_threshold(50_000)  # most of what is made here stays: looked through less often
