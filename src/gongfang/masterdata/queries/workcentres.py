"""Work centres that others ask for by what they are."""

from gongfang.masterdata.models import WorkCentre
from gongfang.masterdata.models.workcentres import WorkCentreKind


def outside_centre() -> WorkCentre | None:
    """The work centre that stands for subcontractors, or None."""
    return WorkCentre.objects.filter(kind=WorkCentreKind.OUTSIDE, is_active=True).order_by("code").first()
