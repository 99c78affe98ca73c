"""How long every list page takes when the demo factory has grown to a million stock moves and 100,000 work orders.

    .venv/bin/python benchmarks/lists.py                         the demo factory in a temporary SQLite file, grown, every list timed
    GONGFANG_DATABASE_URL=postgresql://… .venv/bin/python benchmarks/lists.py      the same in a PostgreSQL database: grown if empty
    … benchmarks/lists.py --moves 100000 --orders 10000 --days 20
    … benchmarks/lists.py --keep FOLDER      SQLite in a folder that stays: grown the first time, only looked at after that

Measured per list: the server's time for the first page, quick searches, and the page after the last row shown (median of three),
and its statements. Limit: 150 ms, and a number of statements that does not depend on the rows. Exit 1 where one is over it.
"""

import re
import sys
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parent.parent)]

from benchmarks.growing import Seen, grown, judged, look, options_of  # noqa: E402

LIMIT_SECONDS = 0.150
WORDS = ("A1", "0001", "泵", "zqx")  # of codes, the tail of numbers, a part of many names, and found nowhere


def every_list(client: Any, only: str) -> list[Seen]:
    from gongfang.ui.registry import registry

    found = []
    for key in sorted(registry().screens):
        if not key.startswith(only):
            continue
        first, html = look(client, f"/{key}/")
        found += [first, *(look(client, f"/{key}/?q={word}")[0] for word in WORDS)]
        if onward := re.search(r'href="\?([^"]*after=[^"]+)"', html):
            found.append(look(client, f"/{key}/?" + onward.group(1).replace("&amp;", "&"))[0])
    return found


def main() -> int:
    options = options_of(__doc__).parse_args()
    with grown(options) as client:
        return judged(every_list(client, options.only), LIMIT_SECONDS, options)


if __name__ == "__main__":
    sys.exit(main())
