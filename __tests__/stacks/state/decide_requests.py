"""Decides requests by a policy, with the evaluator of the local AWS.

Reads JSON from standard input: `policy`, and `requests` of `action`, `resource` and `context`. Writes a list of truths.
"""

import json
import sys

from local_aws.core.policies import allows

given = json.load(sys.stdin)
decisions = [
    allows([given["policy"]], request["action"], request["resource"], request["context"])
    for request in given["requests"]
]
json.dump(decisions, sys.stdout)
