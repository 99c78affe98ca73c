"""The verbs that every document has, made from one declaration: submit, withdraw, approve, reject, un-approve, void, close, reopen.

    LIFECYCLE = Lifecycle(
        SalesOrder, package="sales", noun="order", title=N_("sales order"),
        writers=("sales",), approvers=("owner",), check=order_problems, on_approve=_approved, on_unapprove=_unapproved,
    )
    submit_order, approve_order = LIFECYCLE.submit, LIFECYCLE.approve

Each takes one document (`document_id`, returns it) or several (`document_ids`, returns them): all are done in one transaction or none
is. The hooks run inside the verb's transaction with the documents locked; they post, write links and emit events.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, in_english, refuse_if
from gongfang.kernel.states import APPROVAL, Approval, Execution
from gongfang.platform.approvals import services as approvals
from gongfang.platform.approvals.models import ApprovalFlow
from gongfang.platform.bases import Document
from gongfang.platform.documents.editing import change_all, locked, locked_all
from gongfang.platform.documents.links import targets, unlink
from gongfang.platform.documents.progress import execution_of, roll_up
from gongfang.platform.documents.registry import document_model
from gongfang.platform.identity.models import User
from gongfang.platform.settings import services as company_settings
from gongfang.platform.verbs import verb

D = TypeVar("D", bound=Document)

TITLES = {
    "submit": N_("Submit"), "withdraw": N_("Withdraw"), "approve": N_("Approve"), "reject": N_("Reject"),
    "unapprove": N_("Un-approve"), "void": N_("Void"), "close": N_("Close"), "reopen": N_("Reopen"),
}  # fmt: skip
LIFECYCLES: dict[str, "Lifecycle[Any]"] = {}


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that undoing would undo, for the preview. text: an English template, as in Problem."""

    text: str
    data: dict[str, object]

    def __str__(self) -> str:
        return in_english(self.text, self.data)


@dataclass(frozen=True, slots=True)
class Preview:
    """What un-approving would do, and what forbids it."""

    effects: list[Effect]
    problems: list[Problem]


class Lifecycle(Generic[D]):
    """The life of one document type. Each public method is a registered verb `<package>.<action>_<noun>`.

    check(document): what is missing before it may be submitted or approved; check_all(documents): the same, set-wise, instead.
    on_approve / on_unapprove / on_void / on_close / on_reopen(actor, document, request_id): what happens with it; on_approve_all(actor,
    documents, request_id): the same, set-wise, instead. effects(document): what un-approve would reverse.
    blockers(document): what forbids un-approve beside live documents made from this one. cascades: target document types that
    on_unapprove takes back itself, so that they do not block.
    """

    def __init__(
        self, model: type[D], *, package: str, noun: str, title: str, writers: Iterable[str], approvers: Iterable[str],
        check: Callable[[D], list[Problem]] | None = None,
        check_all: Callable[[Sequence[D]], list[Problem]] | None = None,
        on_approve: Callable[[User, D, uuid.UUID], None] | None = None,
        on_approve_all: Callable[[User, Sequence[D], uuid.UUID], None] | None = None,
        on_unapprove: Callable[[User, D, uuid.UUID], None] | None = None,
        on_void: Callable[[User, D, uuid.UUID], None] | None = None,
        on_close: Callable[[User, D, uuid.UUID], None] | None = None,
        on_reopen: Callable[[User, D, uuid.UUID], None] | None = None,
        effects: Callable[[D], list[Effect]] | None = None,
        blockers: Callable[[D], list[Problem]] | None = None,
        cascades: Iterable[str] = (), closable: bool = True,
    ) -> None:  # fmt: skip
        self.model, self.package, self.noun, self.title = model, package, noun, title
        self.check, self.check_all, self.on_approve_all = check, check_all, on_approve_all
        self.effects, self.blockers, self.cascades = effects, blockers, frozenset(cascades)
        self.hooks = {
            "approve": on_approve,
            "unapprove": on_unapprove,
            "void": on_void,
            "close": on_close,
            "reopen": on_reopen,
        }
        writers, approvers = tuple(writers), tuple(approvers)
        self.submit = self._verb("submit", writers)
        self.withdraw = self._verb("withdraw", writers)
        self.approve = self._verb("approve", approvers)
        self.reject = self._verb("reject", approvers)
        self.unapprove = self._verb("unapprove", approvers)
        self.void = self._verb("void", writers)
        if closable:
            self.close = self._verb("close", approvers)
            self.reopen = self._verb("reopen", approvers)
        LIFECYCLES[model.doc_type] = self

    def verb_name(self, action: str) -> str:
        return f"{self.package}.{action}_{self.noun}"

    def _verb(self, action: str, roles: tuple[str, ...]) -> Callable[..., Any]:
        act = getattr(self, f"_{action}")

        def service(
            *, actor: User, request_id: uuid.UUID, document_id: int | None = None, version: int | None = None, comment: str = "",
            document_ids: Sequence[int] = (),
        ) -> D | list[D]:  # fmt: skip
            if document_id is None:
                documents = locked_all(self.model, document_ids)
                act(actor, documents, request_id, comment)
                return documents
            document = locked(self.model, document_id, version=version)
            act(actor, [document], request_id, comment)
            return document

        service.__module__ = f"gongfang.{self.package}.services"
        service.__name__ = service.__qualname__ = f"{action}_{self.noun}"
        service.__doc__ = (
            f"{TITLES[action]}: {self.title}. Locks the document or documents; refuses all from another state."
        )
        return verb(self.verb_name(action), TITLES[action], roles=roles)(service)

    def missing(self, documents: Sequence[D]) -> list[Problem]:
        """What the documents lack before they may be submitted or approved."""
        if self.check_all is not None:
            return self.check_all(documents)
        return [problem for document in documents for problem in self.check(document)] if self.check else []

    def problems(self, document: D, action: str) -> list[Problem]:
        """Why an action is not possible now, for disabled buttons; empty when it is."""
        if action in ("close", "reopen"):
            return self._closing_problems(document, action)
        start = (
            "submit"
            if action == "approve" and document.is_editable and approvals.flow_for(document) is None
            else action
        )
        found = APPROVAL.problem(document.approval, start)
        if found:
            return [found]
        if action in ("submit", "approve"):
            return self.missing([document])
        return self.preview_unapprove(document).problems if action == "unapprove" else []

    def _closing_problems(self, document: D, action: str) -> list[Problem]:
        closing = action == "close"
        live = document.approval == Approval.APPROVED
        possible = live and (
            document.execution in (Execution.OPEN, Execution.PARTIAL)
            if closing
            else document.execution in (Execution.CLOSED, Execution.DONE)
        )
        if possible:
            return []
        return [
            Problem("cannot_close", "Only an approved document with open lines can be closed.")
            if closing
            else Problem("cannot_reopen", "Only a closed document can be reopened.")
        ]

    def preview_unapprove(self, document: D) -> Preview:
        """What un-approve would reverse and what stands against it. Changes nothing."""
        problems = list(self.blockers(document)) if self.blockers else []
        for target_type, target_id in targets(document):
            if target_type in self.cascades:
                continue
            target = (
                document_model(target_type)
                ._default_manager.filter(pk=target_id)
                .exclude(approval=Approval.VOID)
                .first()
            )
            if target is not None:
                problems.append(
                    Problem(
                        "downstream", "{title} {number} was made from this; void it or take it back first.",
                        title=str(target._meta.verbose_name), number=target.number,
                    )
                )  # fmt: skip
        return Preview(self.effects(document) if self.effects else [], problems)

    # ---- the actions; each runs with the documents locked

    def _submit(self, actor: User, documents: Sequence[D], request_id: uuid.UUID, comment: str) -> None:
        flows = approvals.flows_for(documents)
        self._send(actor, documents, flows)

    def _send(self, actor: User, documents: Sequence[D], flows: Mapping[int, ApprovalFlow]) -> None:
        if not documents:
            return
        state = _next(documents, "submit")
        refuse_if(self.missing(documents))
        approvals.start([(document, flows[document.pk]) for document in documents if document.pk in flows])
        change_all(documents, approval=state, submitted_by=actor)

    def _withdraw(self, actor: User, documents: Sequence[D], request_id: uuid.UUID, comment: str) -> None:
        state = _next(documents, "withdraw")
        for document in documents:
            if document.submitted_by_id != actor.pk and "*" not in actor.grants():
                raise DomainError(
                    Problem("not_yours_to_withdraw", "Only {name} may withdraw this.", name=str(document.submitted_by)),
                    Kind.FORBIDDEN,
                )
        approvals.cancel(documents)
        change_all(documents, approval=state)

    def _approve(self, actor: User, documents: Sequence[D], request_id: uuid.UUID, comment: str) -> None:
        drafts = [document for document in documents if document.is_editable]
        flows = approvals.flows_for(drafts)
        sent = {document.pk: document for document in drafts if document.pk not in flows}
        self._send(actor, list(sent.values()), flows)
        state = _next(documents, "approve")
        self._refuse_own(actor, documents)
        through = approvals.approve(documents, actor, comment)
        refuse_if(self.missing([document for document in through if document.pk not in sent]))
        change_all(through, approval=state, approved_by=actor, approved_at=timezone.now())
        if self.on_approve_all is not None and through:
            self.on_approve_all(actor, through, request_id)
        self._hook("approve", actor, through, request_id)

    def _refuse_own(self, actor: User, documents: Sequence[D]) -> None:
        own = [document for document in documents if actor.pk in (document.submitted_by_id, document.created_by_id)]
        if own and not company_settings.get(company_settings.SELF_APPROVAL):
            refuse_if(
                [
                    Problem("own_document", "You made {number}; somebody else has to approve it.", number=document.number)
                    for document in own
                ],
                Kind.FORBIDDEN,
            )  # fmt: skip

    def _reject(self, actor: User, documents: Sequence[D], request_id: uuid.UUID, comment: str) -> None:
        state = _next(documents, "reject")
        if not comment.strip():
            raise DomainError(Problem("reason_needed", "Say why: the maker has to know what to mend.", where="comment"))
        approvals.reject(documents, actor, comment)
        change_all(documents, approval=state)

    def _unapprove(self, actor: User, documents: Sequence[D], request_id: uuid.UUID, comment: str) -> None:
        state = _next(documents, "unapprove")
        refuse_if(
            [problem for document in documents for problem in self.preview_unapprove(document).problems], Kind.CONFLICT
        )
        change_all(documents, approval=state, approved_by=None, approved_at=None)
        self._hook("unapprove", actor, documents, request_id)

    def _void(self, actor: User, documents: Sequence[D], request_id: uuid.UUID, comment: str) -> None:
        state = _next(documents, "void")
        self._hook("void", actor, documents, request_id)
        for document in documents:
            unlink(document)
        change_all(documents, approval=state)

    def _close(self, actor: User, documents: Sequence[D], request_id: uuid.UUID, comment: str) -> None:
        self._close_or_reopen("close", actor, documents, request_id)

    def _reopen(self, actor: User, documents: Sequence[D], request_id: uuid.UUID, comment: str) -> None:
        self._close_or_reopen("reopen", actor, documents, request_id)

    def _close_or_reopen(self, action: str, actor: User, documents: Sequence[D], request_id: uuid.UUID) -> None:
        refuse_if([one for document in documents for one in self._closing_problems(document, action)], Kind.CONFLICT)
        for document in documents:
            self._set_lines(document, closed=action == "close")
        self._hook(action, actor, documents, request_id)

    def _set_lines(self, document: D, *, closed: bool) -> None:
        lines: Sequence[Any] = list(getattr(document, document.lines_name).select_for_update().order_by("pk"))
        for line in lines:
            finished = line.done_quantity >= line.quantity
            line.execution = execution_of(line.quantity, line.done_quantity, closed and not finished)
        if lines:
            type(lines[0])._default_manager.bulk_update(lines, ["execution"], batch_size=500)
        before = document.execution
        roll_up([document])
        if before != document.execution:
            document.version += 1
            document.save(update_fields=["version"])

    def _hook(self, action: str, actor: User, documents: Sequence[D], request_id: uuid.UUID) -> None:
        hook = self.hooks[action]
        if hook is not None:
            for document in documents:
                hook(actor, document, request_id)


def _next(documents: Sequence[Document], action: str) -> str:
    """The state that the action leads all of them to. Raises DomainError with one problem for each that stands elsewhere."""
    problems = [(document, APPROVAL.problem(document.approval, action)) for document in documents]
    refuse_if([_naming(document, problem, documents) for document, problem in problems if problem], Kind.CONFLICT)
    return APPROVAL.next(documents[0].approval, action) if documents else ""


def _naming(document: Document, problem: Problem, documents: Sequence[Document]) -> Problem:
    """The problem; among several documents with the number of the one that has it."""
    if len(documents) == 1:
        return problem
    return Problem(
        problem.code, "{number} is “{state}”; “{action}” is possible only from {sources}.", number=document.number, **problem.data
    )  # fmt: skip
