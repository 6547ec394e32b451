import os
import types

import pytest
import volume_metrics

METRICS = {"namespace": "Workbench", "dimension": {"Cluster": "workbench-test-ecs"}}


def file_system(monkeypatch, blocks, free, available):
    found = types.SimpleNamespace(f_blocks=blocks, f_bfree=free, f_bavail=available)
    monkeypatch.setattr(os, "statvfs", lambda path: found)


@pytest.mark.parametrize(
    ("blocks", "free", "available", "percent"),
    [(1000, 1000, 990, 0), (1000, 500, 490, 51), (1000, 10, 0, 100), (1000, 0, 0, 100), (0, 0, 0, 0)],
)
def test_counts_as_df_does(monkeypatch, blocks, free, available, percent):
    file_system(monkeypatch, blocks, free, available)
    assert volume_metrics.used_percent("/x") == percent


def test_puts_the_metric_with_its_dimension(monkeypatch, fake_aws, host):
    file_system(monkeypatch, 100, 25, 25)
    fake_aws.answer("PutMetricData", "<ok/>")
    volume_metrics.main(str(host(metrics=METRICS)))
    assert fake_aws.asked == [
        (
            "monitoring",
            "PutMetricData",
            {
                "Version": "2010-08-01",
                "Namespace": "Workbench",
                "MetricData.member.1.MetricName": "VolumeUsedPercent",
                "MetricData.member.1.Unit": "Percent",
                "MetricData.member.1.Value": "75",
                "MetricData.member.1.Dimensions.member.1.Name": "Cluster",
                "MetricData.member.1.Dimensions.member.1.Value": "workbench-test-ecs",
            },
        )
    ]


def test_puts_nothing_unless_metrics_are_wanted(fake_aws, host):
    volume_metrics.main(str(host()))
    assert fake_aws.asked == []


def test_fails_with_one_sentence(fake_aws, host):
    fake_aws.answer("PutMetricData", (403, "AccessDenied"))
    with pytest.raises(
        SystemExit, match=r"^volume-metrics: VolumeUsedPercent: expected CloudWatch to take it, got 403"
    ):
        volume_metrics.main(str(host(metrics=METRICS)))
