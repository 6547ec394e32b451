"""What can be wrong with the credentials of a request. `refusals` has AWS's names for it."""

from enum import Enum, auto


class Problem(Enum):
    """The reason of a refusal."""

    NOT_SIGNED = auto()
    MALFORMED = auto()
    UNKNOWN_KEY = auto()
    WRONG_TOKEN = auto()
    EXPIRED_TOKEN = auto()
    WRONG_SIGNATURE = auto()
    WRONG_BODY = auto()
    WRONG_DATE = auto()
    EXPIRED_URL = auto()
    WEB_PAGE = auto()


class Refused(Exception):
    """A request is refused: the problem, and a sentence about it."""

    def __init__(self, problem: Problem, message: str) -> None:
        super().__init__(message)
        self.problem = problem
        self.message = message
