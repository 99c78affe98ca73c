import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery

import gongfang.platform.fields

LINES = ("transferline", "otherreceiptline", "otherissueline", "conversionline", "conversionoutput", "custodyline")


def fill(apps, schema_editor):
    """What was entered before is known in base units only."""
    item = apps.get_model("masterdata", "Item")
    for name in LINES:
        unit = item.objects.filter(pk=OuterRef("item_id")).values("unit_id")[:1]
        apps.get_model("inventory", name).objects.update(unit_id=Subquery(unit), unit_quantity=F("quantity"))


class Migration(migrations.Migration):
    """Lines keep the unit and the quantity that were entered; opening stock keeps the day on which it had come."""

    dependencies = [("inventory", "0011_packages_hold_what_is_there"), ("masterdata", "0001_initial")]

    operations = [
        *(
            migrations.AddField(
                model_name=name,
                name="unit",
                field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="masterdata.unit", verbose_name="unit"),
            )
            for name in LINES
        ),
        *(
            migrations.AddField(
                model_name=name,
                name="unit_quantity",
                field=gongfang.platform.fields.QuantityField(blank=True, null=True, verbose_name="quantity"),
            )
            for name in LINES
        ),
        migrations.AddField(
            model_name="otherreceiptline",
            name="came_on",
            field=models.DateField(blank=True, null=True, verbose_name="came on"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
