from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("planning", "0015_what_promises_wait_for")]

    operations = [
        migrations.AddField(model_name="schedule", name="levels", field=models.JSONField(default=list)),
        migrations.AlterField(
            model_name="schedule",
            name="objective",
            field=models.CharField(
                choices=[
                    ("total_weighted_tardiness", "On time first"),
                    ("on_time", "On time, then least set-up, then shortest"),
                    ("makespan", "Shortest overall"),
                    ("max_lateness", "Least lateness of the worst order"),
                ],
                default="total_weighted_tardiness",
                max_length=32,
                verbose_name="objective",
            ),
        ),
    ]
