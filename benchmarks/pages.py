"""How long the pages beside the lists take in the grown demo factory: home, palette, documents with their chain, enquiries, reports.

    .venv/bin/python benchmarks/pages.py [--keep FOLDER]         options and databases as those of lists.py, which may have grown it

Measured: the parts of the home page, the palette for some texts, every declared page, and of every noun the newest row with its
tabs; not the pages that plan (`planning/`), because tens of thousands of copied orders are open at once here, which no factory has:
planning.py is for them. Limit: 500 ms of the server. Exit 1 where one is over it.
"""

import sys
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parent.parent)]

from benchmarks.growing import Seen, grown, judged, look, options_of  # noqa: E402

LIMIT_SECONDS = 0.500
PARTS = ("/", "/-/process", "/-/todo", "/-/alerts", "/-/tiles", "/-/bell", "/-/bell-count")
PALETTE = ("", "GD2", "0001", "泵", "A1", "zqx")


def addresses(client: Any) -> list[str]:
    """What there is to look at."""
    import re

    from gongfang.ui.registry import model_of, registry

    found = [*PARTS, *(f"/-/palette?q={text}" for text in PALETTE)]
    known = registry()
    found += [
        f"/{key}/" for key, page in sorted(known.pages.items()) if not page.public and not key.startswith("planning/")
    ]
    for key, declared in sorted(known.screens.items()):
        newest = model_of(declared)._default_manager.order_by("-pk").values_list("pk", flat=True).first()
        if newest is None:
            continue
        address = f"/{key}/{newest}/"
        answer = client.get(address)
        if answer.status_code == 200:
            found.append(address)
            found += sorted(set(re.findall(rf'"({re.escape(address)}tab/[\w-]+)"', answer.content.decode())))
    return found


def every_page(client: Any, only: str) -> list[Seen]:
    seen = []
    for address in addresses(client):
        if not address.startswith(only):
            continue
        answer = client.get(address)
        if (
            answer.status_code != 200
            or answer.streaming
            or not answer["Content-Type"].startswith(("text/html", "application/json"))
        ):
            print(f"  {address}: {answer.status_code}, not timed")
            continue
        seen.append(look(client, address)[0])
    return seen


def main() -> int:
    options = options_of(__doc__).parse_args()
    with grown(options) as client:
        return judged(every_page(client, options.only), LIMIT_SECONDS, options)


if __name__ == "__main__":
    sys.exit(main())
