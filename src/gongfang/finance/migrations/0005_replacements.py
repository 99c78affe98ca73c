"""Invoices that no supplier sent: goods that came for others that had been invoiced."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("finance", "0004_fee_estimates")]
    operations = [
        migrations.AddField(
            model_name="purchaseinvoice",
            name="is_replacement",
            field=models.BooleanField(default=False, verbose_name="replaced goods"),
        ),
    ]
