"""Calls whose objects would get no event here: they fail with their name."""

from typing import Any

from moto.events.responses import EventsHandler

from local_aws.core.operations import correction

CALLS = ("create_archive", "start_replay", "create_api_destination", "create_partner_event_source")


def install() -> None:
    """Makes these calls fail with their name."""
    for name in CALLS:
        correction(EventsHandler, name)(refuse)


def refuse(_original: Any, response: EventsHandler) -> None:
    """Fails."""
    raise NotImplementedError(response._get_action())
