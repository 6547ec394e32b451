"""The AWS CLI, loaded once for many calls: loading it takes five times as long as a call.

Reads one command per line: its arguments as a JSON list. Answers each with one line of JSON: `exitCode` and `output`.
"""

import contextlib
import io
import json
import os
import sys

from awscli.clidriver import create_clidriver


def call(arguments: list[str]) -> dict[str, object]:
    """Runs one command as `aws` does."""
    # A driver for each: one keeps the checks of modify-subnet-attribute and the like for every command after it.
    driver = create_clidriver()
    output = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        try:
            # As scripts/session/programs/aws does: the variable alone does not hold for SQS.
            code = driver.main(["--endpoint-url", os.environ["AWS_ENDPOINT_URL"], *arguments])
        except SystemExit as end:
            code = end.code
    output.flush()
    return {"exitCode": code, "output": output.buffer.getvalue().decode()}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(call(json.loads(line))), flush=True)
