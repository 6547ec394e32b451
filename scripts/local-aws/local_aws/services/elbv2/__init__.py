"""Application and network load balancers. moto answers their calls; no traffic passes through them."""

from local_aws.core.ignored_parameters import may_be_ignored


def install() -> None:
    """Says what may be ignored. Call it once."""
    # No load balancer has reserved capacity.
    may_be_ignored("elbv2", "DescribeCapacityReservation", "LoadBalancerArn")
