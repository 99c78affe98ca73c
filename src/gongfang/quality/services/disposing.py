"""Judge and dispose in one step: what passes goes to the store, what fails is dealt with at once, goods and money together."""

import uuid
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from gongfang.kernel.errors import N_, DomainError, Problem
from gongfang.kernel.states import Approval
from gongfang.platform.documents.editing import change
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb
from gongfang.quality.models import Disposition, Inspection
from gongfang.quality.rules.judging import ResultLine
from gongfang.quality.services.inspections import INSPECTORS, decide_inspection
from gongfang.quality.services.nonconformances import LIFECYCLE as NONCONFORMANCE
from gongfang.quality.services.nonconformances import ReworkInput, choose_rework


@verb("quality.dispose_inspection", N_("Decide and dispose"), roles=INSPECTORS)
def dispose_inspection(
    *, actor: User, request_id: uuid.UUID, inspection_id: int, accepted_quantity: Decimal, rejected_quantity: Decimal, disposition: str,
    defect: str = "", grade: str = "major", concession_quantity: Decimal = Decimal(0), sample_defects: Decimal | None = None,
    results: Sequence[ResultLine] | None = None, decided_on: date | None = None, version: int | None = None,
    rework_routing_id: int | None = None, rework_steps: Sequence[ReworkInput] | None = None,
) -> Inspection:  # fmt: skip
    """Decide an inspection and carry out what becomes of the rejected part: return, scrap, sort, rework or concession.

    Where the company sends returns at once, the goods leave and the supplier's account is relieved in the same step.
    """
    if disposition not in Disposition.values:
        raise DomainError(Problem("disposition_missing", "Choose what is done with it.", "disposition"))
    if not rejected_quantity > 0:
        raise DomainError(Problem("nothing_rejected", "Nothing is rejected; decide without a disposition.", "rejected_quantity"))  # fmt: skip
    document = decide_inspection(
        actor=actor, request_id=request_id, inspection_id=inspection_id, accepted_quantity=accepted_quantity,
        rejected_quantity=rejected_quantity, concession_quantity=concession_quantity, sample_defects=sample_defects, results=results,
        decided_on=decided_on, version=version,
    )  # fmt: skip
    for report in document.nonconformances.exclude(approval__in=[Approval.APPROVED, Approval.VOID]):
        change(report, disposition=disposition, grade=grade, defect=defect.strip()[:200] or report.defect)
        choose_rework(report, rework_routing_id, rework_steps)
        NONCONFORMANCE.approve(actor=actor, request_id=request_id, document_id=report.pk)
    return document
