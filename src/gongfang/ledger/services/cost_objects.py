"""What work in process is collected on."""

from collections.abc import Iterable, Mapping

from gongfang.ledger.models import CostObject


def cost_objects_for(kind: str, titles: Mapping[str, str] | Iterable[str]) -> Mapping[str, CostObject]:
    """Get or make cost objects of a kind by code (a work order's number); two statements. titles: code → title."""
    wanted = dict(titles) if isinstance(titles, Mapping) else dict.fromkeys(titles, "")
    CostObject.objects.bulk_create(
        [CostObject(kind=kind, code=code, title=title[:200]) for code, title in wanted.items()], ignore_conflicts=True
    )
    return {row.code: row for row in CostObject.objects.filter(kind=kind, code__in=wanted)}
