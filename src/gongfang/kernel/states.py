"""State machines as data: action -> (states it may start from, state it leads to)."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from gongfang.kernel.errors import N_, DomainError, Kind, Problem


class Approval(StrEnum):
    """First axis of every document: may it act?"""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    VOID = "void"


class Execution(StrEnum):
    """Second axis of every document and line: how much of it has happened?"""

    OPEN = "open"
    PARTIAL = "partial"
    DONE = "done"
    CLOSED = "closed"


class StateMachine:
    """A transition table. An illegal transition raises and says why; it is never silently skipped."""

    def __init__(self, name: str, **transitions: tuple[Collection[str], str]) -> None:
        self.name = name
        self.transitions: Mapping[str, tuple[frozenset[str], str]] = {
            action: (frozenset(sources), target) for action, (sources, target) in transitions.items()
        }

    def problem(self, state: str, action: str) -> Problem | None:
        """The reason why `action` is not possible in `state`, or None."""
        sources, _ = self.transitions[action]
        if state in sources:
            return None
        return Problem(
            "illegal_transition",
            "This is “{state}”; “{action}” is possible only from {sources}.",
            state=_Label(state), action=_Label(action), sources=_Labels(sorted(sources)),
        )  # fmt: skip

    def next(self, state: str, action: str) -> str:
        """The state after `action`. Raises DomainError(illegal_transition)."""
        if problem := self.problem(state, action):
            raise DomainError(problem, Kind.CONFLICT)
        return self.transitions[action][1]

    def actions(self, state: str) -> list[str]:
        return [action for action, (sources, _) in self.transitions.items() if state in sources]


class _Label(str):
    """A word that the screen translates when it renders the problem."""

    __slots__ = ()


class _Labels(list[str]):
    def __str__(self) -> str:
        return " / ".join(self)


APPROVAL = StateMachine(
    "approval",
    submit=({Approval.DRAFT, Approval.REJECTED}, Approval.SUBMITTED),
    withdraw=({Approval.SUBMITTED}, Approval.DRAFT),
    approve=({Approval.SUBMITTED}, Approval.APPROVED),
    reject=({Approval.SUBMITTED}, Approval.REJECTED),
    unapprove=({Approval.APPROVED}, Approval.DRAFT),
    void=({Approval.DRAFT, Approval.REJECTED}, Approval.VOID),
)

STATE_LABELS = {
    "draft": N_("Draft"), "submitted": N_("In approval"), "approved": N_("Approved"), "rejected": N_("Rejected"), "void": N_("Void"),
    "open": N_("Not started"), "partial": N_("Partial"), "done": N_("Done"), "closed": N_("Closed"),
}  # fmt: skip
ACTION_LABELS = {
    "submit": N_("Submit"), "withdraw": N_("Withdraw"), "approve": N_("Approve"), "reject": N_("Reject"), "unapprove": N_("Un-approve"),
    "void": N_("Void document"),
}  # fmt: skip


def rolled_up(lines: Collection[str]) -> Execution:
    """A document's execution from its lines': closed lines count as finished."""
    states = set(lines)
    if not states or states == {Execution.OPEN}:
        return Execution.OPEN
    if states <= {Execution.DONE, Execution.CLOSED}:
        return Execution.CLOSED if states == {Execution.CLOSED} else Execution.DONE
    return Execution.PARTIAL
