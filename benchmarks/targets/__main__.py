"""python -m benchmarks.targets [--only NAME …] [--json] [--dry] [--readme]"""

from __future__ import annotations

import argparse
import json
import sys

from benchmarks.targets import readme, table
from fieldbench.errors import FieldbenchError


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.targets", description="The targets of the hot loops.")
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="rows with NAME in them; repeatable"
    )
    parser.add_argument("--json", action="store_true", help="print the rows and all numbers as JSON")
    parser.add_argument("--dry", action="store_true", help="write nothing")
    parser.add_argument("--readme", action="store_true", help="measure nothing: put the kept table into the README")
    options = parser.parse_args()
    if options.readme:
        print(readme.fill())
        return
    rows = table.chosen(options.only)
    numbers = table.measured(rows)
    found = table.compared(rows, numbers)
    if not options.dry:
        table.keep(found, numbers)
    print(json.dumps({"rows": found, "measurements": numbers}, indent=1) if options.json else table.markdown(found))


if __name__ == "__main__":
    try:
        main()
    except FieldbenchError as error:
        print(f"benchmarks.targets: {error}", file=sys.stderr)
        sys.exit(5)
