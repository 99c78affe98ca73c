"""The buttons that every document has, from its life cycle."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongfang.kernel.states import Approval
from gongfang.ui.screens import Field, VerbButton

EDITABLE = (Approval.DRAFT, Approval.REJECTED)
COMMENT = Field("comment", _("Comment"), kind="textarea", max_length=500)


def lifecycle_buttons(
    lifecycle: Any, own: Sequence[VerbButton] = (), *, closable: bool = True
) -> tuple[VerbButton, ...]:
    """Submit, approve, reject, withdraw; then the document's `own` verbs; then close, reopen, un-approve, void.

    lifecycle: a `platform.documents.lifecycle.Lifecycle`. closable: as it was told.
    """

    def button(action: str, title: Any, icon: str, **more: Any) -> VerbButton:
        return VerbButton(
            lifecycle.verb_name(action),
            title,
            icon=icon,
            possible=lambda document: lifecycle.problems(document, action),
            **more,
        )

    def why_approve(document: Any) -> Any:
        return lifecycle.problems(document, "approve")

    def preview(document: Any) -> list[Any]:
        return list(lifecycle.preview_unapprove(document).effects)

    reason = replace(COMMENT, title=_("Reason"), required=True)
    found = [
        button("submit", _("Submit"), "send", shown=lambda document: document.approval in EDITABLE, batch=True),
        VerbButton(
            lifecycle.verb_name("approve"), _("Approve"), icon="circle-check", batch=True, possible=why_approve, ask=[COMMENT],
            shown=lambda document: document.approval in (*EDITABLE, Approval.SUBMITTED),
        ),
        button("reject", _("Reject"), "circle-x", ask=[reason], danger=True, primary=False,
               shown=lambda document: document.approval == Approval.SUBMITTED),
        button("withdraw", _("Withdraw"), "arrow-back-up", primary=False,
               shown=lambda document: document.approval == Approval.SUBMITTED),
        *own,
    ]  # fmt: skip
    if closable:
        found += [
            button("close", _("Close"), "lock", primary=False, confirm=_("Close the lines that are still open? Nothing more can be made from them."),
                   shown=lambda document: document.approval == Approval.APPROVED and document.execution not in ("closed", "done")),
            button("reopen", _("Reopen"), "lock-open", primary=False,
                   shown=lambda document: document.approval == Approval.APPROVED and document.execution == "closed"),
        ]  # fmt: skip
    return (
        *found,
        button("unapprove", _("Un-approve"), "rotate-2", primary=False, danger=True, preview=preview,
               shown=lambda document: document.approval == Approval.APPROVED),
        button("void", _("Void document"), "ban", primary=False, danger=True, confirm=_("Void this document? Its number stays used."),
               shown=lambda document: document.approval in EDITABLE),
    )  # fmt: skip
