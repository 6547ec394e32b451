"""Clusters of ECS."""


def test_a_deleted_cluster_is_described_as_inactive_and_not_listed(aws):
    ecs = aws.client("ecs")
    ecs.create_cluster(clusterName="left")
    ecs.create_cluster(clusterName="gone")
    ecs.delete_cluster(cluster="gone")
    assert [arn.rpartition("/")[2] for arn in ecs.list_clusters()["clusterArns"]] == ["left"]
    assert ecs.describe_clusters(clusters=["gone"])["clusters"][0]["status"] == "INACTIVE"
