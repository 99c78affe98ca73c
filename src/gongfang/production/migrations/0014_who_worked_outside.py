"""Report lines say which subcontractor did the work: of those there are, whoever brought the receipt, else whom the operation names."""

import django.db.models.deletion
from django.db import migrations, models

FILL = """
UPDATE production_reportline SET subcontractor_id = COALESCE(
  (SELECT MAX(o.partner_id) FROM production_subcontractreceipt d JOIN production_subcontractorder o ON o.id = d.subcontract_id
   WHERE d.report_id = production_reportline.document_id),
  (SELECT p.subcontractor_id FROM production_workorderoperation p WHERE p.id = production_reportline.operation_id))
WHERE good >= 0 AND operation_id IN (SELECT p.id FROM production_workorderoperation p WHERE p.is_subcontracted)"""


class Migration(migrations.Migration):

    dependencies = [
        ('masterdata', '0013_match_tolerance'),
        ('production', '0013_issue_locations'),
    ]

    operations = [
        migrations.AddField(
            model_name='reportline',
            name='subcontractor',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.partner', verbose_name='subcontractor'),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
