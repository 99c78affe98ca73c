from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("planning", "0014_schedule_direction")]

    operations = [
        migrations.AddField(model_name="planpromise", name="waiting", field=models.JSONField(default=list)),
        migrations.AlterField(
            model_name="planpromise",
            name="kind",
            field=models.CharField(
                blank=True,
                choices=[
                    ("capacity", "Hours"),
                    ("lead_time", "Lead time"),
                    ("material", "Material"),
                    ("version", "Bill of materials"),
                ],
                max_length=12,
                verbose_name="waits for",
            ),
        ),
    ]
