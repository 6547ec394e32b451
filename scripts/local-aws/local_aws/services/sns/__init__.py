"""SNS: subscriptions that wait for their confirmation, deliveries to queues, and mail that lies in a folder."""

from pathlib import Path

from . import confirmations, mail, publishing, subscriptions


def install() -> None:
    """Puts the corrections in place. Call it once."""
    for module in (subscriptions, confirmations, publishing):
        module.install()


def attach(folder: Path) -> None:
    """Writes mail into a folder from now on."""
    mail.attach(folder)
