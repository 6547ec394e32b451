"""EC2 in the Resource Groups Tagging API."""


def tagged(resource_type):
    return [{"ResourceType": resource_type, "Tags": [{"Key": "Stack", "Value": "archive"}]}]


def test_lists_endpoints_rules_and_flow_logs_by_their_tags(aws, network):
    endpoint = network.new_endpoint(TagSpecifications=tagged("vpc-endpoint"))
    permission = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "192.0.2.0/24"}]}
    answer = network.ec2.authorize_security_group_egress(
        GroupId=network.new_group("tagged"),
        IpPermissions=[permission],
        TagSpecifications=tagged("security-group-rule"),
    )
    (rule,) = answer["SecurityGroupRules"]
    (flow_log,) = network.ec2.create_flow_logs(
        ResourceIds=[network.vpc_id],
        ResourceType="VPC",
        TrafficType="ALL",
        LogDestinationType="cloud-watch-logs",
        LogGroupName="/tagged",
        DeliverLogsPermissionArn="arn:aws:iam::123456789012:role/tagged",
        TagSpecifications=tagged("vpc-flow-log"),
    )["FlowLogIds"]
    network.new_endpoint(PrivateDnsEnabled=False)
    found = aws.client("resourcegroupstaggingapi").get_resources(TagFilters=[{"Key": "Stack", "Values": ["archive"]}])
    assert [each["ResourceARN"] for each in found["ResourceTagMappingList"]] == [
        f"arn:aws:ec2:eu-west-1:123456789012:vpc-endpoint/{endpoint}",
        f"arn:aws:ec2:eu-west-1:123456789012:security-group-rule/{rule['SecurityGroupRuleId']}",
        f"arn:aws:ec2:eu-west-1:123456789012:vpc-flow-log/{flow_log}",
    ]
