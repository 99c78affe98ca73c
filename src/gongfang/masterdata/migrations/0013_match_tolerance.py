"""By how much the invoices of one supplier may differ from the order."""

from django.db import migrations, models
from django.db.models import Q

import gongfang.platform.fields


class Migration(migrations.Migration):
    dependencies = [("masterdata", "0012_carton_quantity")]
    operations = [
        migrations.AddField(
            model_name="partner",
            name="match_tolerance",
            field=gongfang.platform.fields.RatioField(blank=True, null=True, verbose_name="price tolerance of invoices"),
        ),
        migrations.AddConstraint(
            model_name="partner",
            constraint=models.CheckConstraint(
                condition=Q(match_tolerance__isnull=True) | Q(match_tolerance__gte=0, match_tolerance__lte=1),
                name="partner_match_tolerance_ratio",
            ),
        ),
    ]
