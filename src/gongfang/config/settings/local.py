"""What `run.py` serves: one process on one PC, a secret of its own kept in the data folder."""

import secrets

from gongfang.config.settings.base import *  # noqa: F403
from gongfang.config.settings.base import DATA_DIR, SECRET_KEY

DATA_DIR.mkdir(parents=True, exist_ok=True)
if not SECRET_KEY:
    secret_file = DATA_DIR / "secret.key"
    if not secret_file.exists():
        secret_file.write_text(secrets.token_urlsafe(48), encoding="ascii")
        secret_file.chmod(0o600)
    SECRET_KEY = secret_file.read_text(encoding="ascii").strip()
