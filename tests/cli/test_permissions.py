"""What the command line grants is what the pages ask for, though it loads no page by itself."""

import json
import subprocess
import sys

from gongfang.platform.identity.presets import PRESET_ROLES
from gongfang.platform.identity.services import preset_permissions

SCRIPT = """
import json, django
django.setup()
from gongfang.platform.identity.presets import PRESET_ROLES
from gongfang.platform.identity.services import preset_permissions
print(json.dumps({role: sorted(preset_permissions(role)) for role in PRESET_ROLES}))
"""


def test_a_fresh_process_grants_what_screens_declare():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    granted = json.loads(done.stdout)
    assert {"platform.view_flows", "platform.view_audit"} <= set(granted["owner"])
    assert granted == {
        role: sorted(name for name in preset_permissions(role) if ".test_" not in name) for role in PRESET_ROLES
    }
