"""Writes numbered documents to a CouchDB, several at once, until it is lost. Prints each acknowledged number.

usage: write_documents.py DATABASE-URL FIRST-NUMBER, with the value of HTTP's header `Authorization` as its input
"""

import http.client
import itertools
import json
import sys
import threading
from urllib.parse import urlsplit

WRITERS = 4
# More than any answer takes. A host without power never answers.
LIMIT_SEC = 60


def main(database: str, first: str) -> None:
    """Writes until CouchDB is lost. Each number is tried once."""
    headers = {"authorization": sys.stdin.readline().strip(), "content-type": "application/json"}
    numbers = itertools.count(int(first))
    writers = [threading.Thread(target=write, args=(database, headers, numbers)) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()


def write(database: str, headers: dict[str, str], numbers: "itertools.count[int]") -> None:
    """Writes one document after the other, until one of them is not acknowledged."""
    address = urlsplit(database)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=LIMIT_SEC)
    for number in numbers:
        try:
            connection.request("PUT", f"{address.path}/document-{number}", json.dumps({"number": number}), headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return
        if answer.status != http.HTTPStatus.CREATED:
            return
        # One write: lines of several threads must not mix.
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
