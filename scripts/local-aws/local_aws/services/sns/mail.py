"""Mail that SNS would send. Nothing is sent: it lies in a folder of the home, one file each."""

import email.message
import email.policy
import re
import time
from pathlib import Path

from local_aws.core.files import hand_over
from local_aws.core.log import log

KEPT = 200
_folder: Path | None = None


def attach(folder: Path) -> None:
    """Writes mail into a folder from now on. Without one, mail is only named in the log."""
    global _folder
    _folder = folder


def write(address: str, sender: str, subject: str, body: str) -> None:
    """Writes a mail, and removes the oldest of many."""
    mail = email.message.EmailMessage(email.policy.SMTP)
    for name, value in (("From", f"{sender} <no-reply@sns.amazonaws.com>"), ("To", address), ("Subject", subject)):
        mail[name] = " ".join(value.split())
    mail.set_content(body)
    log(f"sns: mail to {address}, not sent: {subject}")
    if _folder is None:
        return
    if not _folder.exists():
        _folder.mkdir(mode=0o700)
        hand_over(_folder)
    file = _folder / f"{time.time_ns()}-{re.sub(r'[^A-Za-z0-9@.+-]', '_', address)[:80]}.eml"
    file.write_bytes(mail.as_bytes())
    hand_over(file)
    for old in sorted(_folder.glob("*.eml"))[:-KEPT]:
        old.unlink(missing_ok=True)
