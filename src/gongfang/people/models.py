from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gongfang.platform.bases import Record
from gongfang.platform.fields import PriceField


class Employee(Record):
    """A person on the pay list; `user` where the person also logs in. hourly_rate: pay per hour of time work."""

    code = models.CharField(_("employee number"), max_length=20, unique=True)
    name = models.CharField(_("employee name"), max_length=60)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="employee",
        verbose_name=_("user"),
    )  # fmt: skip
    department = models.CharField(_("department"), max_length=60, blank=True)
    team = models.CharField(_("team"), max_length=60, blank=True)
    job = models.CharField(_("position"), max_length=60, blank=True)
    hourly_rate = PriceField(_("hourly pay"), default=0, scope="pay")
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("employee")
        verbose_name_plural = _("employees")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Level(models.IntegerChoices):
    """The five steps of a skill matrix."""

    UNTRAINED = 0, _("Not trained")
    LEARNING = 1, _("Learning")
    GUIDED = 2, _("Works under guidance")
    ALONE = 3, _("Works alone")
    TEACHES = 4, _("Teaches others")


class Skill(Record):
    """What a person can be certified for. Operations of routings ask for it by its code.

    level_needed: from which level on a person may do such work. people_needed: how many of them the company wants to have.
    valid_months: how long a certificate holds where none says until when; 0 is without end.
    """

    code = models.CharField(_("skill code"), max_length=40, unique=True)
    name = models.CharField(_("skill name"), max_length=60)
    level_needed = models.PositiveSmallIntegerField(_("level needed"), choices=Level, default=Level.ALONE)
    valid_months = models.PositiveSmallIntegerField(_("valid for months"), default=0)
    people_needed = models.PositiveSmallIntegerField(_("people wanted"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)
    remark = models.CharField(_("remark"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(level_needed__gte=1, level_needed__lte=4), name="skill_level_needed")
        ]

    def __str__(self) -> str:
        return self.name


class EmployeeSkill(Record):
    """What a person was judged to be able to do from a day on; the latest row up to a day holds on it, so history stays.

    expires_on: the last day it holds; None is without end. told_days: at which number of days left people were told.
    """

    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="skills", verbose_name=_("employee"))
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="people", verbose_name=_("skill"))
    level = models.PositiveSmallIntegerField(_("level"), choices=Level)
    issued_on = models.DateField(_("valid from"))
    expires_on = models.DateField(_("valid until"), null=True, blank=True, db_index=True)
    certificate_no = models.CharField(_("certificate number"), max_length=60, blank=True)
    assessor = models.CharField(_("judged by"), max_length=60, blank=True)
    told_days = models.PositiveSmallIntegerField(null=True, editable=False)
    remark = models.CharField(_("remark"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("skill of a person")
        verbose_name_plural = _("skills of people")
        ordering = ["employee__code", "skill__code", "-issued_on"]
        constraints = [
            models.UniqueConstraint(fields=["employee", "skill", "issued_on"], name="employeeskill_once_a_day"),
            models.CheckConstraint(condition=Q(level__lte=4), name="employeeskill_level"),
            models.CheckConstraint(
                condition=Q(expires_on__isnull=True) | Q(expires_on__gte=F("issued_on")), name="employeeskill_forward"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employee} · {self.skill}"
