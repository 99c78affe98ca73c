"""Draw document numbers: unique by a locked counter row, inside the saving transaction."""

from datetime import date

from gongfang.platform.bases import Document
from gongfang.platform.documents.models import NumberCounter, NumberRule
from gongfang.platform.statements import run
from gongfang.platform.verbs import kept


def next_serials(series: str, count: int = 1) -> int:
    """Reserve `count` serials of a series and return the first. Locks the counter row until commit; two statements."""
    table = NumberCounter._meta.db_table
    ((last,),) = run(
        f"INSERT INTO {table} (series, last) VALUES (%s, %s)"
        f" ON CONFLICT (series) DO UPDATE SET last = {table}.last + excluded.last RETURNING last",
        [series, count],
    )
    return int(last) - count + 1


def _rules() -> dict[str, tuple[str, str, int]]:
    """Document type → prefix, form of the date and digits, where the company has its own."""
    rows = run(f"SELECT doc_type, prefix, date_format, width FROM {NumberRule._meta.db_table}")
    return {doc_type: (prefix, form, width) for doc_type, prefix, form, width in rows}


def next_numbers(model: type[Document], on: date, count: int = 1) -> list[str]:
    """Numbers for new documents of a type, such as `XS20261122-0001`. Constant statements whatever the count."""
    prefix, date_format, width = kept("number_rules", _rules).get(model.doc_type, (model.prefix, "%Y%m%d", 4))
    head = prefix + on.strftime(date_format)
    first = next_serials(f"{model.doc_type}:{head}", count)
    return [f"{head}-{serial:0{width}d}" for serial in range(first, first + count)]
