"""What versions of bills of materials say beside components and quantities, as text to hold one against the other."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongfang.masterdata.models import BomLine, BomOutput, BomSubstitute

Details = Mapping[tuple[str, str], Mapping[str, str]]
"""("line", component code) or ("output", item code) → what is said of it, as text; nothing where it is as usual."""
TITLES = {
    "fixed": gettext_lazy("Fixed quantity"), "scrap": gettext_lazy("Scrap share"), "issue": gettext_lazy("Issue method"),
    "operation": gettext_lazy("Operation"), "offset": gettext_lazy("Needed after (days)"), "phantom": gettext_lazy("Phantom"),
    "designators": gettext_lazy("Reference designators"), "remark": gettext_lazy("Remark"), "substitutes": gettext_lazy("Substitutes"),
    "output": gettext_lazy("Co- and by-products"),
}  # fmt: skip


def version_details(bom_ids: Collection[int]) -> dict[int, Details]:
    """Version → what it says of its lines and outputs. Three statements."""
    found: dict[int, dict[tuple[str, str], dict[str, str]]] = {pk: {} for pk in bom_ids}
    substitutes: dict[tuple[int, int], list[str]] = defaultdict(list)
    for one in (
        BomSubstitute.objects.filter(bom__in=bom_ids).select_related("item").order_by("bom_id", "line_no", "rank")
    ):
        substitutes[one.bom_id, one.line_no].append(_stand_in(one))
    for line in BomLine.objects.filter(bom__in=bom_ids).select_related("component").order_by("bom_id", "line_no"):
        said = _said(line) | {"substitutes": "；".join(substitutes[line.bom_id, line.line_no])}
        here = found[line.bom_id].setdefault(("line", line.component.code), {})
        for name, text in said.items():
            here[name] = "；".join(part for part in (here.get(name, ""), text) if part)
    for row in BomOutput.objects.filter(bom__in=bom_ids).select_related("item"):
        share = f" {_percent(row.cost_share)}" if row.cost_share else ""
        found[row.bom_id]["output", row.item.code] = {
            "output": f"{row.get_kind_display()} {_plain(row.quantity)}{share}"
        }
    return dict(found)


def _said(line: BomLine) -> dict[str, str]:
    return {
        "fixed": _("Yes") if line.is_fixed else "", "scrap": _percent(line.scrap) if line.scrap else "",
        "issue": "" if line.issue_method == "push" else line.get_issue_method_display(),
        "operation": str(line.operation_no or ""), "offset": str(line.offset_days or ""), "phantom": _("Yes") if line.is_phantom else "",
        "designators": line.designators, "remark": line.remark,
    }  # fmt: skip


def _stand_in(row: BomSubstitute) -> str:
    """Rank, code, and what is not as usual."""
    parts = [f"{row.rank}. {row.item.code}"]
    if row.ratio != 1:
        parts.append(f"× {_plain(row.ratio)}")
    if row.use_up or row.is_successor:
        parts.append(_("use up first") if row.use_up else _("ordered too (successor)"))
    if row.valid_from or row.valid_to:
        parts.append(f"{row.valid_from or ''} – {row.valid_to or ''}")
    return " ".join(parts)


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _percent(share: Decimal) -> str:
    return f"{_plain(share * 100)} %"
