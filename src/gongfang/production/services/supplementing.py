"""Issue more than an order needs (补料): with a reason, and beyond the limit only when somebody has approved it."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.kernel.money import ZERO, to_micro
from gongfang.kernel.states import Approval
from gongfang.kernel.tolerances import FORBID
from gongfang.ledger.services import post_all
from gongfang.platform.approvals import services as approvals
from gongfang.platform.bases import ExecutionState
from gongfang.platform.documents.editing import change, new_document
from gongfang.platform.documents.lifecycle import Lifecycle
from gongfang.platform.identity.models import User
from gongfang.platform.settings import services as company_settings
from gongfang.platform.setwise import insert_rows
from gongfang.platform.verbs import verb
from gongfang.production.models import Issue, IssueLine, WorkOrder, WorkOrderMaterial
from gongfang.production.rules import limit
from gongfang.production.services.holding import hold_materials, hold_orders_with
from gongfang.production.services.issuing import (
    KEEPERS,
    IssueInput,
    hand_over,
    handover,
    issue,
    numbered,
    refuse_issue,
    stage_problems,
)
from gongfang.production.services.tolerating import modes

FREE = company_settings.declare(
    "production.supplement_free", N_("Supplements without approval: beyond the tolerance, share of what is required"), "percent", "0"
)  # fmt: skip


@verb("production.supplement_materials", N_("Supplement materials"), roles=KEEPERS)
def supplement_materials(
    *, actor: User, request_id: uuid.UUID, lines: Sequence[IssueInput], reason: str, on: date | None = None,
) -> Issue:  # fmt: skip
    """Issue more than the order needs, with the reason (补料). What goes beyond the tolerance and the company's free share waits for
    approval (submitted, nothing moves), unless the person may approve it alone.

    Lines within the need are a normal issue. Raises DomainError: over_issue_forbidden, reason_needed and those of an issue.
    """
    if not reason.strip():
        raise DomainError(Problem("reason_needed", "Say why.", where="reason"))
    if not lines:
        raise DomainError(Problem("no_lines", "Enter at least one line."))
    on, reason = on or timezone.localdate(), reason.strip()[:200]
    orders = hold_orders_with(line.material_id for line in lines)
    materials = hold_materials(line.material_id for line in lines)
    for material in materials.values():
        material.document = orders[material.document_id]
    refuse_issue(orders, materials, lines, "supplement", frozenset())
    then = _issued_then(materials, lines)
    if not _over(materials, then, None):
        return issue(actor, lines, on, "normal", reason=reason)
    refuse_if(forbidden(materials, lines), Kind.CONFLICT)
    if not _over(materials, then, Decimal(str(company_settings.get(FREE)))):
        return issue(actor, lines, on, "supplement", reason=reason)
    document = new_document(Issue, actor=actor, on=on, kind="supplement", reason=reason)
    insert_rows(
        [
            IssueLine(
                document=document, line_no=n, material_id=line.material_id, order_id=materials[line.material_id].document_id,
                item_id=materials[line.material_id].item_id, lot_id=line.lot_id, warehouse_id=line.warehouse_id,
                location_id=line.location_id, partner_id=line.partner_id, owner_id=line.owner_id, quantity=to_micro(line.quantity),
                second_quantity=line.second,
            )
            for n, line in enumerate(lines, start=1)
        ]
    )  # fmt: skip
    alone = actor.may(LIFECYCLE.verb_name("approve")) and company_settings.get(company_settings.SELF_APPROVAL)
    if not alone or approvals.flow_for(document) is not None:
        found: Issue = LIFECYCLE.submit(actor=actor, request_id=request_id, document_id=document.pk)
        return found
    now = timezone.now()
    change(document, approval=Approval.APPROVED, submitted_by=actor, approved_by=actor, approved_at=now)
    _move(actor, document, lines, on)
    return document


def _issued_then(materials: Mapping[int, WorkOrderMaterial], lines: Sequence[IssueInput]) -> dict[int, Decimal]:
    """Component → what would be issued of it, net, with these lines."""
    found: dict[int, Decimal] = defaultdict(Decimal)
    for line in lines:
        found[line.material_id] += line.quantity
    return {pk: materials[pk].done_quantity + quantity for pk, quantity in found.items()}


def _over(materials: Mapping[int, WorkOrderMaterial], then: Mapping[int, Decimal], free: Decimal | None) -> list[int]:
    """Components of which more than required is issued then; free: more than tolerated and so large a share on top."""
    found = []
    for pk, issued in then.items():
        material = materials[pk]
        tolerance = ZERO if free is None else material.document.over_issue + free
        if issued > limit(material.quantity, tolerance):
            found.append(pk)
    return found


def forbidden(materials: Mapping[int, WorkOrderMaterial], lines: Sequence[IssueInput]) -> list[Problem]:
    """Components of which more than tolerated is forbidden to everybody: their own word, their category's, the company's."""
    then = _issued_then(materials, lines)
    over = _over(materials, then, ZERO)
    words = modes([materials[pk].item_id for pk in over], "over_issue") if over else {}
    where = {line.material_id: n for n, line in reversed(list(enumerate(lines)))}
    return [
        Problem(
            "over_issue_forbidden", "{number}: more than tolerated of {item} is forbidden, with a reason too; change the order instead.",
            where=f"lines.{where[pk]}.quantity", number=materials[pk].document.number, item=materials[pk].item.code,
        )
        for pk in over
        if words[materials[pk].item_id] == FORBID
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------------------------- approval
def _lines(document: Issue) -> list[IssueInput]:
    return [
        IssueInput(
            row.material_id,
            row.quantity,
            row.lot_id,
            row.warehouse_id,
            row.partner_id,
            row.location_id,
            row.second_quantity,
            row.owner_id,
        )
        for row in document.lines.all()
    ]


def _orders(document: Issue) -> dict[int, WorkOrder]:
    return {row.order_id: row.order for row in document.lines.select_related("order")}


def _problems(document: Issue) -> list[Problem]:
    return stage_problems(_orders(document))


def _post(actor: User, document: Issue, request_id: uuid.UUID) -> None:
    _move(actor, document, _lines(document), timezone.localdate())


def _move(actor: User, document: Issue, lines: Sequence[IssueInput], on: date) -> None:
    """Move the goods of a supplement that is approved: places by the picking rules where none is named; its lines become what moved."""
    orders = hold_orders_with(line.material_id for line in lines)
    materials = hold_materials(line.material_id for line in lines)
    given = handover(orders, materials, lines, on, "supplement")
    refuse_if(forbidden(materials, lines), Kind.CONFLICT)
    document.lines.all().delete()
    change(document, business_date=on, execution=ExecutionState.DONE)
    draft = numbered(actor, given, document)
    hand_over(given, post_all(actor=actor, drafts=[draft])[0])


def _blockers(document: Issue) -> list[Problem]:
    return [Problem("undo_instead", "{number} is posted; take the issue back instead.", number=document.number)]


LIFECYCLE = Lifecycle(
    Issue, package="production", noun="supplement", title=N_("supplement"), writers=KEEPERS, approvers=("supervisor", "owner"),
    check=_problems, on_approve=_post, blockers=_blockers, closable=False,
)  # fmt: skip
