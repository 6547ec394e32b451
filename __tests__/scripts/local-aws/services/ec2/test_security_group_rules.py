"""Rules of security groups."""

import pytest

IPV4, IPV6 = {"CidrIp": "192.0.2.0/24"}, {"CidrIpv6": "2001:db8::/32"}


@pytest.fixture
def group_id(network):
    return network.new_group("members")


@pytest.fixture
def prefix_lists(ec2):
    """Ids of the prefix lists of S3 and of DynamoDB."""
    lists = {each["PrefixListName"]: each["PrefixListId"] for each in ec2.describe_prefix_lists()["PrefixLists"]}
    return lists["com.amazonaws.eu-west-1.s3"], lists["com.amazonaws.eu-west-1.dynamodb"]


def allow(ec2, group_id, kind, peer, protocol="tcp"):
    ports = {} if protocol == "-1" else {"FromPort": 443, "ToPort": 443}
    permission = {"IpProtocol": protocol, **ports, kind: [{**peer, "Description": "old words"}]}
    answer = ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=[permission])
    return answer["SecurityGroupRules"][0]["SecurityGroupRuleId"]


def change(ec2, group_id, rule_id, **wanted):
    changed = {"SecurityGroupRuleId": rule_id, "SecurityGroupRule": {"Description": "new words", **wanted}}
    ec2.modify_security_group_rules(GroupId=group_id, SecurityGroupRules=[changed])


def told(ec2, rule_id):
    (rule,) = ec2.describe_security_group_rules(SecurityGroupRuleIds=[rule_id])["SecurityGroupRules"]
    return rule


@pytest.mark.parametrize(("kind", "peer"), [("IpRanges", IPV4), ("Ipv6Ranges", IPV6)])
def test_a_rule_for_a_block_keeps_its_description(ec2, group_id, kind, peer):
    assert told(ec2, allow(ec2, group_id, kind, peer))["Description"] == "old words"


def test_a_rule_for_a_group_or_a_prefix_list_keeps_its_description(ec2, group_id, prefix_lists):
    of_group = allow(ec2, group_id, "UserIdGroupPairs", {"GroupId": group_id})
    of_list = allow(ec2, group_id, "PrefixListIds", {"PrefixListId": prefix_lists[0]})
    assert [told(ec2, each)["Description"] for each in (of_group, of_list)] == ["old words"] * 2


def test_every_kind_of_peer_changes(ec2, network, group_id, prefix_lists):
    other, ports = network.new_group("others"), {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 81}
    for kind, old, new in (
        ("Ipv6Ranges", IPV6, {"CidrIpv6": "2001:db8:1::/48"}),
        ("PrefixListIds", {"PrefixListId": prefix_lists[0]}, {"PrefixListId": prefix_lists[1]}),
        ("UserIdGroupPairs", {"GroupId": group_id}, {"ReferencedGroupId": other}),
    ):
        rule_id = allow(ec2, group_id, kind, old)
        change(ec2, group_id, rule_id, **ports, **new)
        rule = told(ec2, rule_id)
        seen = {**rule, "ReferencedGroupId": rule.get("ReferencedGroupInfo", {}).get("GroupId")}
        assert new.items() <= seen.items()
        assert (rule["FromPort"], rule["ToPort"], rule["Description"]) == (80, 81, "new words")


def test_a_rule_for_every_protocol_changes(ec2, group_id):
    rule_id = allow(ec2, group_id, "IpRanges", IPV4, protocol="-1")
    before = told(ec2, rule_id)
    change(ec2, group_id, rule_id, IpProtocol="-1", CidrIpv4=IPV4["CidrIp"])
    assert told(ec2, rule_id) == {**before, "Description": "new words"}
