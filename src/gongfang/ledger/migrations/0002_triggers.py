from django.db import migrations

from gongfang.platform.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [
        append_only("ledger_posting"),
        append_only("ledger_stockmove"),
        append_only("ledger_voucher"),
        append_only("ledger_voucherline"),
    ]
