"""Goods that are invoiced and have not come are kept by supplier."""

from django.db import migrations


def keep_by_partner(apps, schema_editor):
    apps.get_model("ledger", "Account").objects.filter(code="1402", dims="").update(dims="partner")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0008_opening_days")]
    operations = [migrations.RunPython(keep_by_partner, migrations.RunPython.noop)]
