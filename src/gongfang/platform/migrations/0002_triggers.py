from django.db import migrations

from gongfang.platform.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("platform", "0001_initial")]
    operations = [append_only("platform_auditrow"), append_only("platform_auditsubject")]
