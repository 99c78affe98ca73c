"""Engineering changes (工程变更): request, impact, approval, effect by date, by serial number or when the old stock is used up."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.masterdata.events import EngineeringChanged, StructuresChanged
from gongfang.masterdata.models import Bom, BomLine, BomSubstitute, EngineeringChange, EngineeringChangeLine, Item
from gongfang.masterdata.rules.changes import ChangeFacts, StructureLine, change_problems, changed_lines, next_version
from gongfang.masterdata.services.effecting import (
    begin_on,
    built_upon,
    hold_now,
    items_in,
    keep_old,
    made_by,
    take_back,
    version_problems,
)
from gongfang.masterdata.services.operation_changes import (
    OperationInput,
    changed_numbers,
    new_routings,
    operation_changes,
    problems_of_operations,
    save_operations,
)
from gongfang.masterdata.services.structure import BOM_LINE_FIELDS, lock_structure, refuse_cycles
from gongfang.platform.documents.editing import change, editable, new_document, new_request_id, save_lines
from gongfang.platform.documents.lifecycle import Effect, Lifecycle
from gongfang.platform.events import emit
from gongfang.platform.identity.models import User
from gongfang.platform.notifications.services import notify
from gongfang.platform.ports import Port
from gongfang.platform.tasks.schedules import scheduled
from gongfang.platform.verbs import verb

ENGINEERS = ("engineer",)
OF_PRODUCTS = ("work_order", "quotation")  # kinds of impact that are found by the product
AT_OPERATIONS = "operation"  # those found by operations of a product; all others by the component


@dataclass(frozen=True, slots=True)
class Impact:
    """One open document, or stock, that a change touches. kind: as people call it; url: where it is looked at.

    operation_no, detail: of a running order that has still to pass an operation that is changed; at 0 a new one.
    """

    kind: str
    number: str
    item_id: int
    quantity: Decimal
    state: str = ""
    url: str = ""
    operation_no: int = 0
    detail: str = ""


def _no_impacts(
    parents: Collection[int], components: Collection[int], operations: Mapping[int, Collection[int]]
) -> list[Impact]:
    return []


def _no_stock(item_ids: Collection[int]) -> Mapping[int, Decimal]:
    return {}


IMPACTS: Port[Callable[[Collection[int], Collection[int], Mapping[int, Collection[int]]], list[Impact]]] = Port(
    "masterdata.impacts", _no_impacts
)
"""(changed products, components concerned, product → changed operations) → open work orders, purchase orders, quotations, stock."""
STOCK: Port[Callable[[Collection[int]], Mapping[int, Decimal]]] = Port("masterdata.stock", _no_stock)
"""Item → what is on hand; for changes that wait until the old stock is used up."""


@dataclass(frozen=True, slots=True)
class ChangeInput:
    """One change of one bill of materials; see `EngineeringChangeLine`."""

    bom_id: int
    action: str = "replace"
    component_id: int | None = None
    replacement_id: int | None = None
    quantity: Decimal | None = None
    id: int | None = None


@verb(
    "masterdata.create_change",
    N_("Request engineering change"),
    roles=(*ENGINEERS, "planner", "supervisor", "inspector"),
)
def create_change(
    *, actor: User, request_id: uuid.UUID, title: str, reason: str, lines: Sequence[ChangeInput] = (),
    operations: Sequence[OperationInput] = (), effect: str = "date", effective_on: date | None = None, serial_from: str = "",
    remark: str = "",
) -> EngineeringChange:  # fmt: skip
    """Ask for a change of bills of materials and routings; the draft shows what it would touch."""
    document = new_document(
        EngineeringChange, actor=actor, title=title[:120], reason=reason[:500], effect=effect, effective_on=effective_on,
        serial_from=serial_from.strip(), remark=remark,
    )  # fmt: skip
    _fill(document, lines, operations)
    return document


@verb("masterdata.change_everywhere", N_("Replace everywhere by a change"), roles=ENGINEERS)
def change_everywhere(
    *, actor: User, request_id: uuid.UUID, item_id: int, replacement_id: int, reason: str, quantity_factor: Decimal = Decimal(1)
) -> EngineeringChange:  # fmt: skip
    """Draft a change that puts another item in the place of a component in every default version; nothing happens before approval."""
    lines = BomLine.objects.filter(component=item_id, bom__is_default=True, bom__status="active").select_related(
        "component"
    )
    rows = [
        ChangeInput(line.bom_id, "replace", item_id, replacement_id, None if quantity_factor == 1 else line.quantity * quantity_factor)
        for line in lines.order_by("bom__item__code")
    ]  # fmt: skip
    if not rows:
        raise DomainError(Problem("used_nowhere", "No default bill of materials uses this item.", where="item_id"))
    names = Item.objects.in_bulk([item_id, replacement_id])
    title = f"{names[item_id].code} → {names[replacement_id].code}" if len(names) == 2 else ""
    document = new_document(
        EngineeringChange,
        actor=actor,
        title=title,
        reason=reason[:500],
        effect="date",
        effective_on=timezone.localdate(),
    )
    _fill(document, rows)
    return document


@verb("masterdata.edit_change", N_("Edit engineering change"), roles=ENGINEERS)
def edit_change(
    *, actor: User, request_id: uuid.UUID, document_id: int, title: str, reason: str, lines: Sequence[ChangeInput] = (),
    operations: Sequence[OperationInput] = (), effect: str = "date", effective_on: date | None = None, serial_from: str = "", remark: str = "", version: int | None = None,
) -> EngineeringChange:  # fmt: skip
    """Change a draft."""
    document = editable(EngineeringChange, document_id, version=version)
    change(
        document, title=title[:120], reason=reason[:500], effect=effect, effective_on=effective_on, serial_from=serial_from.strip(),
        remark=remark,
    )  # fmt: skip
    _fill(document, lines, operations)
    return document


def _fill(document: EngineeringChange, lines: Sequence[ChangeInput], operations: Sequence[OperationInput] = ()) -> None:
    rows = [
        {"id": line.id, "bom_id": line.bom_id, "action": line.action, "component_id": line.component_id,
         "replacement_id": line.replacement_id, "quantity": line.quantity}
        for line in lines
    ]  # fmt: skip
    known = set(Bom.objects.filter(pk__in=[line.bom_id for line in lines]).values_list("pk", flat=True))
    refuse_if(
        [
            Problem(
                "missing",
                "There is no {title} {id}.",
                where=f"lines.{n}.bom",
                title=str(Bom._meta.verbose_name),
                id=line.bom_id,
            )
            for n, line in enumerate(lines)
            if line.bom_id not in known
        ]
    )
    save_lines(document, EngineeringChangeLine, rows)
    save_operations(document, operations)
    refuse_if(problems_of(document))


def facts_of(document: EngineeringChange) -> list[ChangeFacts]:
    """The lines as the rules see them; two statements."""
    return _facts([document])[document.pk]


def _facts(documents: Collection[EngineeringChange]) -> dict[int, list[ChangeFacts]]:
    """Change → its lines as the rules see them; two statements."""
    rows = list(
        EngineeringChangeLine.objects.filter(document__in=documents)
        .select_related("bom__item")
        .order_by("document_id", "line_no")
    )
    present: dict[int, set[int]] = defaultdict(set)
    for bom_id, component in BomLine.objects.filter(bom__in={row.bom_id for row in rows}).values_list(
        "bom_id", "component_id"
    ):
        present[bom_id].add(component)
    found: dict[int, list[ChangeFacts]] = {document.pk: [] for document in documents}
    for row in rows:
        found[row.document_id].append(
            ChangeFacts(row.bom_id, row.bom.item_id, row.action, row.component_id, row.replacement_id, row.quantity,
                        frozenset(present[row.bom_id]), row.bom.item.code)
        )  # fmt: skip
    return found


def problems_of(document: EngineeringChange) -> list[Problem]:
    """What forbids submitting or approving."""
    operations = operation_changes([document])[document.pk]
    found = change_problems(
        document.effect, document.effective_on, document.serial_from, facts_of(document), bool(operations)
    )
    return found + problems_of_operations(operations) + version_problems(document)


def impacts_of(document: EngineeringChange) -> list[Impact]:
    """What the change touches: open work orders of the products, orders and stock of the components, quotations."""
    return impacts_of_each([document])[document.pk]


def impacts_of_each(documents: Collection[EngineeringChange]) -> dict[int, list[Impact]]:
    """Change → what it touches, for many at once; the statements of one."""
    parents: dict[int, set[int]] = {}
    components: dict[int, set[int]] = {}
    operations = {pk: changed_numbers(lines) for pk, lines in operation_changes(documents).items()}
    for pk, facts in _facts(documents).items():
        parents[pk] = {line.item_id for line in facts} | operations[pk].keys()
        components[pk] = {item for line in facts for item in (line.component_id, line.replacement_id) if item}
    numbers: dict[int, set[int]] = defaultdict(set)
    for own in operations.values():
        for item, found in own.items():
            numbers[item] |= found
    every = (
        IMPACTS.provider(set().union(*parents.values()), set().union(*components.values()), numbers) if parents else []
    )

    def concerns(pk: int, one: Impact) -> bool:
        if one.kind == AT_OPERATIONS:
            return one.operation_no in operations[pk].get(one.item_id, ())
        return one.item_id in (parents[pk] if one.kind in OF_PRODUCTS else components[pk])

    return {pk: [one for one in every if concerns(pk, one)] for pk in parents}


def _approved(actor: User, document: EngineeringChange, request_id: uuid.UUID) -> None:
    """Make the new versions; they hold from the date, from the serial number, or wait until the old stock is used up."""
    lock_structure()
    lines = list(document.lines.select_related("bom__item"))
    facts = facts_of(document)
    made: dict[int, Bom] = {}
    for bom_id in dict.fromkeys(line.bom_id for line in lines):
        old = next(line.bom for line in lines if line.bom_id == bom_id)
        made[bom_id] = _new_version(document, old, [one for one in facts if one.bom_id == bom_id])
    for line in lines:
        line.made = made[line.bom_id]
    EngineeringChangeLine.objects.bulk_update(lines, ["made"], batch_size=500)
    new_routings(document)
    refuse_cycles([bom.item_id for bom in made.values()])
    if document.effect == "serial" or (document.effect == "date" and document.effective_on <= timezone.localdate()):
        take_effect(document)
    elif document.effect == "date":
        versions = made_by(document)
        begin_on(versions, document.effective_on)
        emit(StructuresChanged(items_in(versions)))


def _new_version(document: EngineeringChange, old: Bom, facts: Sequence[ChangeFacts]) -> Bom:
    taken = list(Bom.objects.filter(item=old.item).values_list("code", flat=True))
    start = document.effective_on if document.effect == "date" and document.effective_on else old.valid_from
    new = Bom.objects.create(
        item=old.item, code=next_version(old.code, taken), is_default=False, base_quantity=old.base_quantity, kind=old.kind, yield_share=old.yield_share,
        valid_from=max(start, old.valid_from), valid_to=old.valid_to, status="draft", remark=document.number,
        serial_from=document.serial_from if document.effect == "serial" else "",
    )  # fmt: skip
    keep = [name for name in BOM_LINE_FIELDS if name not in ("component", "quantity")]
    rows = {row.line_no: row for row in old.lines.all()}
    before = [
        StructureLine(
            row.component_id, row.quantity, {"line_no": row.line_no, **{name: getattr(row, name) for name in keep}}
        )
        for row in rows.values()
    ]
    after = changed_lines(before, facts)
    BomLine.objects.bulk_create(
        [
            BomLine(bom=new, component_id=line.component_id, quantity=line.quantity, **{**line.rest, "line_no": n})
            for n, line in enumerate(after, start=1)
        ],
        batch_size=500,
    )
    same = {
        line.rest["line_no"]: n
        for n, line in enumerate(after, start=1)
        if "line_no" in line.rest and rows[line.rest["line_no"]].component_id == line.component_id  # type: ignore[index]
    }
    for row in old.outputs.all():
        row.pk, row.bom = None, new
        row.save(force_insert=True)
    kept = [
        row for row in old.substitutes.all() if row.line_no in same
    ]  # those of a replaced component stood in for that one
    for row in kept:
        row.pk, row.bom, row.line_no = None, new, same[row.line_no]
    BomSubstitute.objects.bulk_create(kept)
    return new


def take_effect(document: EngineeringChange) -> None:
    """Let the new versions hold now; a change by serial number leaves the default as it is."""
    made = made_by(document)
    hold_now(made, serial=document.effect == "serial")
    change(document, effected_at=timezone.now(), execution="done")
    emit(StructuresChanged(items_in(made)))
    emit(EngineeringChanged(document.pk, items_in(made)))


@verb("masterdata.effect_changes", N_("Let due changes take effect"), roles=(*ENGINEERS, "planner"))
def effect_changes(*, actor: User, request_id: uuid.UUID) -> list[EngineeringChange]:
    """Let approved changes take effect whose day has come or whose old components are used up; run daily or by hand."""
    lock_structure()
    found = due_changes(_waiting().select_for_update(), timezone.localdate())
    for document in found:
        take_effect(document)
    return found


def _waiting() -> QuerySet[EngineeringChange]:
    return EngineeringChange.objects.filter(approval="approved", effected_at=None).order_by("pk")


def due_changes(waiting: Iterable[EngineeringChange], today: date) -> list[EngineeringChange]:
    """Those whose day has come, or of whose replaced components nothing is left. Three statements."""
    rows = list(waiting)
    replaced: dict[int, set[int]] = defaultdict(set)
    lines = EngineeringChangeLine.objects.filter(
        document__in=[row.pk for row in rows if row.effect == "use_up"], action="replace", component__isnull=False
    )
    for document_id, component_id in lines.values_list("document_id", "component_id"):
        replaced[document_id].add(component_id)
    left = STOCK.provider(set().union(*replaced.values())) if replaced else {}
    return [
        row
        for row in rows
        if (row.effect == "date" and row.effective_on is not None and row.effective_on <= today)
        or (row.effect == "use_up" and all(left.get(pk, Decimal(0)) <= 0 for pk in replaced[row.pk]))
    ]


@scheduled("masterdata.effect_changes", N_("Let due engineering changes take effect"), every=timedelta(hours=1))
def effect_due_changes(*, actor: User, now: datetime) -> str:
    """Let what is due take effect and tell those who asked for it and approved it. Nothing is written where nothing is due."""
    if not due_changes(_waiting(), timezone.localdate(now)):
        return ""
    found = effect_changes(actor=actor, request_id=new_request_id())
    for document in found:
        people = {person.pk: person for person in (document.created_by, document.approved_by) if person is not None}
        title = _("Engineering change {number} has taken effect").format(number=document.number)
        notify(
            people.values(), title=title, text=document.title, doc_type=document.doc_type, document_id=document.pk,
            url=f"/masterdata/changes/{document.pk}/",
        )  # fmt: skip
    return ", ".join(document.number for document in found)


def _unapproved(actor: User, document: EngineeringChange, request_id: uuid.UUID) -> None:
    """Retire the versions that were made and let the old ones hold again."""
    made = made_by(document)
    take_back(made)
    document.lines.update(made=None)
    document.operations.update(made=None)
    change(document, effected_at=None, execution="open")
    emit(StructuresChanged(items_in(made)))


def _effects(document: EngineeringChange) -> list[Effect]:
    pairs = dict.fromkeys(
        (str(line.made), str(getattr(line, name)))
        for lines, name in ((document.lines, "bom"), (document.operations, "routing"))
        for line in lines.select_related("made__item", f"{name}__item")
        if line.made
    )
    return [Effect(N_("{version} is retired; {old} holds again."), {"version": new, "old": old}) for new, old in pairs]


CHANGES = Lifecycle(
    EngineeringChange, package="masterdata", noun="engineering_change", title=N_("engineering change"),
    writers=(*ENGINEERS, "planner", "supervisor", "inspector"), approvers=("engineer", "owner"), check=problems_of,
    on_approve=_approved, on_unapprove=_unapproved, effects=_effects, blockers=built_upon, closable=False,
)  # fmt: skip


def why_not_effect(document: EngineeringChange) -> list[Problem]:
    if document.approval != "approved":
        return [Problem("not_approved", "{number} is not approved yet.", number=document.number)]
    return (
        [Problem("in_effect", "{number} is in effect already.", number=document.number)] if document.effected_at else []
    )


@verb("masterdata.effect_change_now", N_("Take effect now"), roles=ENGINEERS)
def effect_change_now(*, actor: User, request_id: uuid.UUID, document_id: int) -> EngineeringChange:
    """Let an approved change take effect before its day, or with old stock left."""
    lock_structure()
    document: Any = EngineeringChange.objects.select_for_update().filter(pk=document_id).first()
    if document is None:
        raise DomainError(
            Problem("missing", "There is no {title} {id}.", title="engineering change", id=document_id), Kind.MISSING
        )
    refuse_if(why_not_effect(document), Kind.CONFLICT)
    keep_old(made_by(document))
    take_effect(document)
    return document
