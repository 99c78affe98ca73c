"""All tables of the platform, for Django to find."""

from gongfang.platform.approvals.models import ApprovalFlow, ApprovalStep, ApprovalTask
from gongfang.platform.attachments.models import Attachment
from gongfang.platform.audit.models import AuditRow, AuditSubject, AuditTail
from gongfang.platform.documents.models import Comment, LineLink, NumberCounter, NumberRule
from gongfang.platform.identity.models import (
    ApiToken,
    DataScope,
    Delegation,
    Request,
    Role,
    RolePermission,
    TwoFactor,
    User,
)
from gongfang.platform.notifications.models import Notification
from gongfang.platform.previews.models import KeptPreview
from gongfang.platform.settings.models import Setting
from gongfang.platform.tasks.models import ScheduleState, TaskRun

__all__ = [
    "ApiToken", "ApprovalFlow", "ApprovalStep", "ApprovalTask", "Attachment", "AuditRow", "AuditSubject", "AuditTail", "Comment",
    "DataScope", "Delegation", "KeptPreview", "LineLink", "Notification", "NumberCounter", "NumberRule", "Request", "Role", "RolePermission", "ScheduleState",
    "Setting", "TaskRun", "TwoFactor", "User",
]  # fmt: skip
