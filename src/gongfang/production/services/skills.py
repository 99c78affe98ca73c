"""The certificate gate: may these people do this work? The answer comes from above; nobody lacks anything until it is plugged in."""

from collections.abc import Callable, Collection, Sequence
from datetime import date

from gongfang.kernel.errors import N_, Problem
from gongfang.platform.ports import Port
from gongfang.platform.settings import services as company_settings

Pairs = set[tuple[int, str]]


def _nobody(wanted: Collection[tuple[int, str]], on: date) -> Pairs:
    return set()


UNCERTIFIED: Port[Callable[[Collection[tuple[int, str]], date], Pairs]] = Port("production.uncertified", _nobody)
"""((employee id, skill code)…, day) → those pairs where a valid certificate is missing."""
GATE = company_settings.declare(
    "production.certificates", N_("Work without the certificate that an operation needs"), "choice", "forbid",
    (("allow", N_("Allowed")), ("warn", N_("Warn")), ("forbid", N_("Forbidden"))),
)  # fmt: skip


def certificate_problems(
    wanted: Sequence[tuple[int, str, str, str]], on: date, confirm: Collection[str]
) -> tuple[list[Problem], list[Problem]]:
    """(refusals, warnings to confirm) for (employee id, name, skill, where); nothing is asked where no operation needs a skill."""
    mode = company_settings.get(GATE) if wanted else "allow"
    if mode == "allow":
        return [], []
    lacking = UNCERTIFIED.provider({(employee, skill) for employee, _, skill, _ in wanted}, on)
    found = [
        Problem(
            "no_certificate",
            "{person} has no valid certificate for “{skill}”. Let somebody who has it do the work, or enter the certificate first.",
            where=where,
            person=name,
            skill=skill,
        )
        for employee, name, skill, where in wanted
        if (employee, skill) in lacking
    ]
    if mode == "forbid":
        return found, []
    return [], [problem for problem in found if problem.code not in confirm]
