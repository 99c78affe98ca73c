"""Subcontract orders keep count of the pieces that came back unworked; those there are learn it from their returns."""

from django.db import migrations, models

import gongfang.platform.fields

FILL = """
UPDATE production_subcontractorder SET returned_quantity = COALESCE(
  (SELECT SUM(d.pieces) FROM production_subcontracttransfer d
   WHERE d.subcontract_id = production_subcontractorder.id AND d.kind = 'return' AND d.approval = 'approved'), 0)"""


class Migration(migrations.Migration):

    dependencies = [
        ('production', '0015_operation_team'),
    ]

    operations = [
        migrations.AddField(
            model_name='subcontractorder',
            name='returned_quantity',
            field=gongfang.platform.fields.QuantityField(default=0, verbose_name='pieces returned unworked'),
        ),
        migrations.AddConstraint(
            model_name='subcontractorder',
            constraint=models.CheckConstraint(condition=models.Q(('returned_quantity__gte', 0)), name='subcontract_returned'),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
