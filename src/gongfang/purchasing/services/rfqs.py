"""Requests for quotation: ask several suppliers, compare, order from the best."""

import uuid
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.kernel.pricing import quantity_problems
from gongfang.kernel.states import Approval
from gongfang.masterdata import queries as masterdata
from gongfang.platform.documents.editing import change, editable, locked, new_document, save_lines
from gongfang.platform.documents.lifecycle import Lifecycle
from gongfang.platform.documents.links import Link, link
from gongfang.platform.documents.progress import add_done, roll_up
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb
from gongfang.purchasing.models import PurchaseOrder, Rfq, RfqLine, RfqOffer
from gongfang.purchasing.rules.comparing import Offer, Ranked, offer_problems, ranked
from gongfang.purchasing.rules.inputs import AskedItem, NewPurchase, OfferedPrice
from gongfang.purchasing.services.orders import BUYERS, create_orders


@verb("purchasing.create_rfq", N_("Create request for quotation"), roles=BUYERS)
def create_rfq(
    *, actor: User, request_id: uuid.UUID, lines: Sequence[AskedItem], offers: Sequence[OfferedPrice] = (),
    business_date: date | None = None, answer_by: date | None = None, remark: str = "",
) -> Rfq:  # fmt: skip
    """Draft an inquiry; offers are entered as they come in."""
    document = new_document(Rfq, actor=actor, on=business_date, answer_by=answer_by, remark=remark)
    _save(document, lines, offers)
    return document


@verb("purchasing.change_rfq", N_("Change request for quotation"), roles=BUYERS)
def change_rfq(
    *, actor: User, request_id: uuid.UUID, rfq_id: int, lines: Sequence[AskedItem] | None = None,
    offers: Sequence[OfferedPrice] | None = None, answer_by: date | None = None, remark: str | None = None,
    version: int | None = None,
) -> Rfq:  # fmt: skip
    """Change a draft or enter offers; what is left out stays."""
    document = editable(Rfq, rfq_id, version=version)
    header = {"answer_by": answer_by, "remark": remark}
    change(document, **{name: value for name, value in header.items() if value is not None})
    _save(document, lines, offers)
    return document


def _save(document: Rfq, lines: Sequence[AskedItem] | None, offers: Sequence[OfferedPrice] | None) -> None:
    if lines is not None:
        items = masterdata.items_by_ids({line.item_id for line in lines})
        problems = [] if lines else [Problem("no_lines", "Enter at least one line.", "lines")]
        seen: set[int] = set()
        for index, line in enumerate(lines):
            item = items.get(line.item_id)
            if item is None:
                problems.append(Problem("item_unknown", "There is no such item.", f"lines.{index}.item"))
                continue
            problems += quantity_problems(str(item), line.quantity, f"lines.{index}.quantity", item.unit.precision)
            if item.pk in seen:
                problems.append(
                    Problem("asked_twice", "{item}: an item is asked for twice.", f"lines.{index}.item", item=str(item))
                )
            seen.add(item.pk)
        refuse_if(problems)
        save_lines(
            document, RfqLine,
            [
                {"id": line.id, "item_id": line.item_id, "quantity": line.quantity, "due_date": line.due_date, "remark": line.remark}
                for line in lines
            ],
        )  # fmt: skip
    if offers is not None:
        _save_offers(document, offers)


def _save_offers(document: Rfq, offers: Sequence[OfferedPrice]) -> None:
    items = {line.item_id: str(line.item) for line in document.lines.select_related("item")}
    partners = masterdata.partners_by_ids({offer.supplier_id for offer in offers})
    suppliers = {pk: str(row) for pk, row in partners.items() if row.is_supplier or row.is_subcontractor}
    rows = [
        Offer(index, offer.supplier_id, offer.item_id, offer.price, offer.tax_included, offer.tax_rate, offer.lead_days, offer.is_chosen)
        for index, offer in enumerate(offers)
    ]  # fmt: skip
    refuse_if(offer_problems(rows, items, suppliers, items))
    save_lines(
        document, RfqOffer,
        [
            {
                "id": offer.id, "supplier_id": offer.supplier_id, "item_id": offer.item_id, "price": offer.price, "remark": offer.remark,
                "tax_included": offer.tax_included, "tax_rate": offer.tax_rate, "lead_days": offer.lead_days, "is_chosen": offer.is_chosen,
            }
            for offer in offers
        ],
    )  # fmt: skip


def comparison(document: Rfq) -> dict[int, list[Ranked]]:
    """The offers of an inquiry by item, the best first. Two statements."""
    quantities = dict(document.lines.values_list("item_id", "quantity"))
    return ranked(
        [
            Offer(row.pk, row.supplier_id, row.item_id, row.price, row.tax_included, row.tax_rate, row.lead_days, row.is_chosen)
            for row in document.offers.all()
        ],
        quantities,
    )  # fmt: skip


@verb("purchasing.order_rfq", N_("Make orders"), roles=BUYERS)
def order_rfq(*, actor: User, request_id: uuid.UUID, rfq_id: int) -> list[PurchaseOrder]:
    """Draft orders of an approved inquiry at the best offers (the chosen one, else the cheapest), one per supplier."""
    document = locked(Rfq, rfq_id)
    lines = list(document.lines.select_for_update().filter(execution__in=["open", "partial"]).order_by("line_no"))
    if document.approval != Approval.APPROVED or not lines:
        raise DomainError(
            Problem("nothing_open", "Only an approved requisition with open lines can be ordered."), Kind.CONFLICT
        )
    best = {item_id: next(row.offer for row in rows if row.is_best) for item_id, rows in comparison(document).items()}
    made = create_orders(
        actor,
        [
            NewPurchase(
                line.item_id, line.open_quantity, line.due_date, best[line.item_id].supplier_id, document.number,
                best[line.item_id].price, best[line.item_id].tax_included,
            )
            for line in lines
        ],
    )  # fmt: skip
    done: dict[int, Decimal] = {line.pk: line.open_quantity for line in lines}
    link(
        Link(document, ordered.document, line.pk, ordered.pk, done[line.pk])
        for line, ordered in zip(lines, made, strict=True)
    )
    add_done(lines, done)
    roll_up([document])
    return list({ordered.document_id: ordered.document for ordered in made}.values())


def _check(document: Rfq) -> list[Problem]:
    lines = list(document.lines.select_related("item"))
    if not lines:
        return [Problem("no_lines", "Enter at least one line.", "lines")]
    offered = set(document.offers.values_list("item_id", flat=True))
    return [
        Problem("no_offer", "{item} has no offer yet.", f"lines.{index}.item", item=str(line.item))
        for index, line in enumerate(lines)
        if line.item_id not in offered
    ]


LIFECYCLE = Lifecycle(
    Rfq, package="purchasing", noun="rfq", title=N_("request for quotation"), writers=BUYERS, approvers=("buyer", "owner"), check=_check,
)  # fmt: skip
