"""The access key of a local AWS: made once, in a file in AWS's format that the user alone can read."""

import configparser
import io
import secrets
import string
from pathlib import Path

from botocore.credentials import Credentials

from ..errors import LocalAwsError
from ..files import hand_over, write_whole

# A reader of a log sees that the key opens no account.
_PREFIX = "LOCALAWS"
_PROFILE = "default"


def keep_key(file: Path) -> Credentials:
    """Returns the key in the file. Makes the file when it is missing.

    Raises LocalAwsError when something else is in the file.
    """
    if not file.exists():
        _make(file)
    settings = configparser.ConfigParser(interpolation=None)
    try:
        settings.read_string(file.read_text())
        profile = settings[_PROFILE]
        return Credentials(profile["aws_access_key_id"], profile["aws_secret_access_key"])
    except (configparser.Error, KeyError, UnicodeDecodeError) as error:
        raise LocalAwsError(
            f"{file} holds no access key (expected a profile {_PROFILE} with aws_access_key_id and "
            "aws_secret_access_key): remove the file, and the next start makes a key"
        ) from error


def _make(file: Path) -> None:
    settings = configparser.ConfigParser(interpolation=None)
    settings[_PROFILE] = {
        "aws_access_key_id": _PREFIX + "".join(secrets.choice(string.ascii_uppercase) for _ in range(12)),
        "aws_secret_access_key": secrets.token_urlsafe(30),
    }
    text = io.StringIO()
    settings.write(text)
    write_whole(file, text.getvalue().encode())
    hand_over(file)
