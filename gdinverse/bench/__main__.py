"""Bench an optimizer from the shell.

python -m gdinverse.bench package:Class [--quick] [--like package:Class] [--json FILE]

The exit status is 1 where a check of the contract fails, and 0 where all pass.
"""

import argparse
import json
import pkgutil
import sys
from dataclasses import asdict
from pathlib import Path

from gdinverse.bench import bench


def main() -> int:
    """Bench, print, and judge by the contract alone."""
    parser = argparse.ArgumentParser(prog="python -m gdinverse.bench", description=bench.__doc__)
    parser.add_argument("optimizer", help="package:Class, such as torch.optim:NAdam")
    parser.add_argument("--quick", action="store_true", help="two problems, no noise")
    parser.add_argument("--like", help="package:Class whose path it claims to take")
    parser.add_argument("--json", type=Path, help="also write everything into this file")
    given = parser.parse_args()
    try:
        optimizer, like = (
            name and pkgutil.resolve_name(name) for name in (given.optimizer, given.like)
        )
        report = bench(optimizer, quick=given.quick, like=like, progress=sys.stderr.isatty())
    except (AttributeError, ImportError, RuntimeError, TypeError, ValueError) as error:
        parser.error(f"{given.optimizer}: {error}")
    print(report)
    for outcome in report.failures:
        print(f"\n# {outcome.name}: {outcome.sentence}\n{outcome.reproducer}")
    print(f"\n{report.summary}")
    if given.json:
        given.json.write_text(json.dumps({report.name: asdict(report)}, ensure_ascii=False))
    return int(bool(report.failures))


if __name__ == "__main__":
    sys.exit(main())
