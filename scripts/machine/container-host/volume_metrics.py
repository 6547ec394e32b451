"""Tells CloudWatch how full the data volume is, in percent, as df counts it.

Usage: python3 volume_metrics.py CONFIGURATION
Exit codes: 0 told, or no metrics are wanted; 1 not, and one sentence on stderr says what, where and the fix.
"""

import math
import os
import sys

import configuration
from aws_calls import ProblemError, patiently, query_call

METRIC = "VolumeUsedPercent"
LIMIT_SEC = 30


def main(file):
    """Puts the metric, or ends the program with a sentence."""
    try:
        host = configuration.read(file)
        if host["metrics"] is not None:
            patiently(LIMIT_SEC, put, host["region"], host["metrics"], used_percent(host["volume"]["mountPoint"]))
    except configuration.ConfigurationError as error:
        sys.exit(f"volume-metrics: {error}")
    except ProblemError as problem:
        sys.exit(
            f"volume-metrics: {METRIC}: expected CloudWatch to take it, got {problem}; let the role of this host call "
            "cloudwatch:PutMetricData"
        )


def used_percent(path):
    """Returns how full the file system is. What is kept back for root counts as used up, as for df."""
    found = os.statvfs(path)
    used = found.f_blocks - found.f_bfree
    return math.ceil(100 * used / max(1, used + found.f_bavail))


def put(region, metrics, value):
    """Puts one value of the metric."""
    parameters = {"Namespace": metrics["namespace"]}
    datum = "MetricData.member.1"
    parameters.update({f"{datum}.MetricName": METRIC, f"{datum}.Unit": "Percent", f"{datum}.Value": str(value)})
    for number, (name, text) in enumerate(metrics["dimension"].items(), 1):
        dimension = f"{datum}.Dimensions.member.{number}"
        parameters.update({f"{dimension}.Name": name, f"{dimension}.Value": text})
    query_call("monitoring", region, "2010-08-01", "PutMetricData", parameters)


if __name__ == "__main__":
    main(*sys.argv[1:])
