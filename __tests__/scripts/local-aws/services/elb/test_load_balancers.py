"""Classic load balancers."""


def test_the_timeout_of_connection_draining_is_kept(aws):
    elb = aws.client("elb")
    listener = {"Protocol": "tcp", "LoadBalancerPort": 80, "InstancePort": 80}
    elb.create_load_balancer(LoadBalancerName="classic", Listeners=[listener], AvailabilityZones=["eu-west-1a"])

    def change(**draining):
        elb.modify_load_balancer_attributes(
            LoadBalancerName="classic", LoadBalancerAttributes={"ConnectionDraining": draining}
        )
        told = elb.describe_load_balancer_attributes(LoadBalancerName="classic")["LoadBalancerAttributes"]
        return told["ConnectionDraining"]

    assert change(Enabled=True, Timeout=30) == {"Enabled": True, "Timeout": 30}
    assert change(Enabled=True) == {"Enabled": True, "Timeout": 30}


def test_a_new_one_has_a_health_check_and_a_name_in_its_region(aws):
    elb = aws.client("elb")
    listener = {"Protocol": "tcp", "LoadBalancerPort": 80, "InstancePort": 3335}
    elb.create_load_balancer(LoadBalancerName="new", Listeners=[listener], AvailabilityZones=["eu-west-1a"])
    (made,) = elb.describe_load_balancers(LoadBalancerNames=["new"])["LoadBalancerDescriptions"]
    assert made["HealthCheck"]["Target"] == "TCP:3335"
    assert made["DNSName"] == "new.eu-west-1.elb.amazonaws.com"
