"""Requests for quotation: ask several suppliers, compare, order from the best."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.kernel.pricing import quantity_problems
from gongfang.kernel.states import Approval
from gongfang.masterdata import queries as masterdata
from gongfang.platform.documents.editing import change, editable, locked, new_document, save_lines
from gongfang.platform.documents.lifecycle import Lifecycle
from gongfang.platform.documents.links import Link, link
from gongfang.platform.documents.progress import add_done, roll_up
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import note, verb
from gongfang.purchasing.models import ApprovedSupplier, PurchaseOrder, Qualification, Rfq, RfqLine, RfqOffer
from gongfang.purchasing.queries.scores import supplier_scores
from gongfang.purchasing.rules.comparing import Offer, Ranked, offer_problems, ranked
from gongfang.purchasing.rules.inputs import AskedItem, NewPurchase, OfferedPrice
from gongfang.purchasing.services.gate import blocked_suppliers
from gongfang.purchasing.services.orders import BUYERS, create_orders
from gongfang.purchasing.services.requisitions import open_lines, take_up, unordered

SCORE_DAYS = 180


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
        seen: set[tuple[int, int | None]] = set()
        for index, line in enumerate(lines):
            item = items.get(line.item_id)
            if item is None:
                problems.append(Problem("item_unknown", "There is no such item.", f"lines.{index}.item"))
                continue
            problems += quantity_problems(str(item), line.quantity, f"lines.{index}.quantity", item.unit.precision)
            if (item.pk, line.warehouse_id) in seen:
                problems.append(
                    Problem("asked_twice", "{item}: an item is asked for twice.", f"lines.{index}.item", item=str(item))
                )
            seen.add((item.pk, line.warehouse_id))
        refuse_if(problems)
        save_lines(
            document, RfqLine,
            [
                {
                    "id": line.id, "item_id": line.item_id, "quantity": line.quantity, "due_date": line.due_date,
                    "warehouse_id": line.warehouse_id, "remark": line.remark,
                }
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
        Offer(
            index, offer.supplier_id, offer.item_id, offer.price, offer.tax_included, offer.tax_rate, offer.lead_days, offer.is_chosen,
            offer.extra_cost, offer.awarded_quantity,
        )
        for index, offer in enumerate(offers)
    ]  # fmt: skip
    refuse_if(offer_problems(rows, items, suppliers, _asked(document)))
    save_lines(
        document, RfqOffer,
        [
            {
                "id": offer.id, "supplier_id": offer.supplier_id, "item_id": offer.item_id, "price": offer.price, "remark": offer.remark,
                "tax_included": offer.tax_included, "tax_rate": offer.tax_rate, "lead_days": offer.lead_days, "is_chosen": offer.is_chosen,
                "extra_cost": offer.extra_cost, "awarded_quantity": offer.awarded_quantity,
            }
            for offer in offers
        ],
    )  # fmt: skip


def _asked(document: Rfq) -> dict[int, Decimal]:
    """Item → how much is asked for, wherever it is to come in."""
    asked: dict[int, Decimal] = defaultdict(Decimal)
    for item, quantity in document.lines.values_list("item_id", "quantity"):
        asked[item] += quantity
    return asked


def comparison(document: Rfq) -> dict[int, list[Ranked]]:
    """The answered offers of an inquiry by item, the best first, with the suppliers' scores of half a year. Seven statements."""
    quantities = _asked(document)
    rows = list(document.offers.all())
    today = timezone.localdate()
    scores = {row.supplier.pk: row.score.total for row in supplier_scores(today - timedelta(SCORE_DAYS), today, {row.supplier_id for row in rows})}  # fmt: skip
    return ranked(
        [
            Offer(
                row.pk, row.supplier_id, row.item_id, row.price, row.tax_included, row.tax_rate, row.lead_days, row.is_chosen,
                row.extra_cost, row.awarded_quantity, scores.get(row.supplier_id),
            )
            for row in rows
        ],
        quantities,
    )  # fmt: skip


@verb("purchasing.award_offer", N_("Award"), roles=BUYERS)
def award_offer(
    *, actor: User, request_id: uuid.UUID, rfq_id: int, offer_id: int, quantity: Decimal | None = None, version: int | None = None
) -> Rfq:  # fmt: skip
    """Give an item, or part of it, to one supplier's offer: all that is not awarded yet where no quantity is named."""
    document = editable(Rfq, rfq_id, version=version)
    offers = {row.pk: row for row in document.offers.select_for_update()}
    offer = offers.get(offer_id)
    line = document.lines.filter(item=offer.item_id).select_related("item__unit").first() if offer else None
    if offer is None or line is None or not offer.price:
        raise DomainError(Problem("no_such_offer", "There is no such answered offer here.", "offer"), Kind.MISSING)
    others = sum((row.awarded_quantity for row in offers.values() if row.item_id == offer.item_id and row.pk != offer.pk), Decimal(0))  # fmt: skip
    asked = _asked(document)[offer.item_id]
    wanted = asked - others if quantity is None else quantity
    problems = [] if wanted == 0 else quantity_problems(str(line.item), wanted, "quantity", line.item.unit.precision)
    if not problems and others + wanted > asked:
        problems = [Problem("over_awarded", "{item}: {awarded} is awarded, but only {asked} is asked for.", "quantity", item=str(line.item), awarded=others + wanted, asked=asked)]  # fmt: skip
    refuse_if(problems)
    note(offer, awarded_quantity=(offer.awarded_quantity, wanted))
    offer.awarded_quantity = wanted
    offer.save(update_fields=["awarded_quantity"])
    return document


@verb("purchasing.inquire", N_("Ask suppliers"), roles=BUYERS)
def inquire(
    *,
    actor: User,
    request_id: uuid.UUID,
    requisition_id: int,
    supplier_ids: Sequence[int] = (),
    answer_by: date | None = None,
) -> Rfq:
    """Make an inquiry of what is open on an approved requisition; each supplier who may deliver an item is asked for it.

    supplier_ids: whom to ask; left out, those with a price or an approval for the item. The requisition counts as taken up; voiding the
    inquiry opens it again.
    """
    lines = open_lines(requisition_ids=[requisition_id])
    document = new_document(Rfq, actor=actor, answer_by=answer_by)
    asked: dict[tuple[int, int | None], AskedItem] = {}
    for line in lines:
        key = line.item_id, line.warehouse_id
        known = asked.get(key)
        quantity = line.open_quantity + (known.quantity if known else 0)
        needed = min(line.due_date, known.due_date if known else line.due_date)
        asked[key] = AskedItem(line.item_id, quantity, needed, warehouse_id=line.warehouse_id)
    askable = _askable(list(dict.fromkeys(item for item, _ in asked)), supplier_ids)
    _save(document, list(asked.values()), [OfferedPrice(supplier, item) for item, supplier in askable])
    rows = {(row.item_id, row.warehouse_id): row for row in document.lines.all()}
    link(
        Link(line.document, document, line.pk, rows[line.item_id, line.warehouse_id].pk, line.open_quantity)
        for line in lines
    )
    take_up(lines)
    return document


def _askable(items: Sequence[int], supplier_ids: Sequence[int]) -> list[tuple[int, int]]:
    """(item, supplier) to ask: those named, else who has a price or an approval. Three statements."""
    blocked = blocked_suppliers()
    if supplier_ids:
        return [(item, supplier) for item in items for supplier in dict.fromkeys(supplier_ids)]
    found: dict[tuple[int, int], None] = {}
    for item, rows in masterdata.supplier_prices(items, timezone.localdate()).items():
        found |= dict.fromkeys((item, row.supplier_id) for row in rows)
    listed = ApprovedSupplier.objects.filter(item__in=items).exclude(status=Qualification.SUSPENDED)
    found |= dict.fromkeys(listed.values_list("item_id", "supplier_id"))
    return [pair for pair in found if pair[1] not in blocked]


@verb("purchasing.order_rfq", N_("Make orders"), roles=BUYERS)
def order_rfq(*, actor: User, request_id: uuid.UUID, rfq_id: int) -> list[PurchaseOrder]:
    """Draft orders of an approved inquiry, one per supplier: as awarded, else at the best offers (the chosen one, else the cheapest)."""
    document = locked(Rfq, rfq_id)
    lines = list(document.lines.select_for_update().filter(execution__in=["open", "partial"]).order_by("line_no"))
    if document.approval != Approval.APPROVED or not lines:
        raise DomainError(
            Problem("nothing_open", "Only an approved requisition with open lines can be ordered."), Kind.CONFLICT
        )
    parts = _parts(lines, comparison(document))
    made = create_orders(
        actor,
        [
            NewPurchase(
                line.item_id, quantity, line.due_date, offer.supplier_id, document.number, offer.price, offer.tax_included, line.warehouse_id
            )
            for line, offer, quantity in parts
        ],
    )  # fmt: skip
    done: dict[int, Decimal] = defaultdict(Decimal)
    for line, _, quantity in parts:
        done[line.pk] += quantity
    link(
        Link(document, ordered.document, line.pk, ordered.pk, quantity)
        for (line, _, quantity), ordered in zip(parts, made, strict=True)
    )
    add_done(lines, done)
    roll_up([document])
    return list({ordered.document_id: ordered.document for ordered in made}.values())


def _parts(lines: Sequence[RfqLine], ranks: dict[int, list[Ranked]]) -> list[tuple[RfqLine, Offer, Decimal]]:
    """What of each line goes to which of the best offers; several lines of an item use up its awards one after another."""
    best = {item: [row.offer for row in rows if row.is_best] for item, rows in ranks.items()}
    left = {offer.key: offer.awarded for offers in best.values() for offer in offers}
    parts = []
    for line in lines:
        open_quantity = line.open_quantity
        for offer in best[line.item_id]:
            quantity = min(left[offer.key], open_quantity) if offer.awarded else open_quantity
            if quantity > 0:
                parts.append((line, offer, quantity))
                left[offer.key] -= quantity
                open_quantity -= quantity
    return parts


def _check(document: Rfq) -> list[Problem]:
    lines = list(document.lines.exclude(execution="closed").select_related("item"))
    if not lines:
        return [Problem("no_lines", "Enter at least one line.", "lines")]
    offered = set(document.offers.filter(price__gt=0).values_list("item_id", flat=True))
    return [
        Problem("no_offer", "{item} has no offer yet.", f"lines.{index}.item", item=str(line.item))
        for index, line in enumerate(lines)
        if line.item_id not in offered
    ]


def _voided(actor: User, document: Rfq, request_id: uuid.UUID) -> None:
    unordered(document)


LIFECYCLE = Lifecycle(
    Rfq, package="purchasing", noun="rfq", title=N_("request for quotation"), writers=BUYERS, approvers=("buyer", "owner"), check=_check,
    on_void=_voided,
)  # fmt: skip
