"""Security groups and their rules."""

import pytest
from botocore.exceptions import ClientError

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


EVERY_CHARACTER = "azAZ09. _-:/()#,@[]+=&;{}!$*"
INVALID = ["notebooks' libraries", "50 %", "a -> b", "two\nlines", "a tab\t", "x" * 256]
RULE_REFUSED = r"InvalidParameterValue.*Invalid rule description\. Valid descriptions are strings less than 256 char"
GROUP_REFUSED = r"InvalidParameterValue.*Invalid security group description\. Valid descriptions are strings less than"


def permission_for(group_id, prefix_lists, kind, description):
    peer = {
        "IpRanges": IPV4,
        "Ipv6Ranges": IPV6,
        "UserIdGroupPairs": {"GroupId": group_id},
        "PrefixListIds": {"PrefixListId": prefix_lists[0]},
    }[kind]
    return {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, kind: [{**peer, "Description": description}]}


@pytest.mark.parametrize("description", [EVERY_CHARACTER, "x" * 255])
def test_ec2_s_characters_may_describe_groups_and_rules(network, group_id, prefix_lists, description):
    ec2 = network.ec2
    made = ec2.create_security_group(GroupName="described", Description=description, VpcId=network.vpc_id)["GroupId"]
    assert ec2.describe_security_groups(GroupIds=[made])["SecurityGroups"][0]["Description"] == description
    permission = permission_for(group_id, prefix_lists, "IpRanges", description)
    ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=[permission])
    ec2.update_security_group_rule_descriptions_ingress(GroupId=group_id, IpPermissions=[permission])
    (rule,) = ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"][0]["IpPermissions"]
    assert rule["IpRanges"][0]["Description"] == description


@pytest.mark.parametrize("description", INVALID)
def test_fails_to_make_a_group_with_a_description_that_ec2_refuses(network, description):
    with pytest.raises(ClientError, match=GROUP_REFUSED):
        network.ec2.create_security_group(GroupName="refused", Description=description, VpcId=network.vpc_id)


def test_fails_to_make_a_group_with_a_description_beyond_ascii(network):
    expected = (
        r"InvalidParameterValue.*Value \(from → to\) for parameter GroupDescription is invalid\. Character sets beyond "
        r"ASCII are not supported\."
    )
    with pytest.raises(ClientError, match=expected):
        network.ec2.create_security_group(GroupName="refused", Description="from → to", VpcId=network.vpc_id)


@pytest.mark.parametrize("kind", ["IpRanges", "Ipv6Ranges", "UserIdGroupPairs", "PrefixListIds"])
@pytest.mark.parametrize("direction", ["ingress", "egress"])
def test_fails_to_make_rules_of_which_ec2_refuses_one(ec2, group_id, prefix_lists, kind, direction):
    before = ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"]
    permissions = [
        {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [IPV4]},
        permission_for(group_id, prefix_lists, kind, INVALID[0]),
    ]
    authorize = getattr(ec2, f"authorize_security_group_{direction}")
    with pytest.raises(ClientError, match=RULE_REFUSED):
        authorize(GroupId=group_id, IpPermissions=permissions)
    assert ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"] == before


@pytest.mark.parametrize("description", [*INVALID, "from → to"])
def test_fails_to_describe_a_rule_as_ec2_refuses(ec2, group_id, description):
    rule_id = allow(ec2, group_id, "IpRanges", IPV4)
    with pytest.raises(ClientError, match=RULE_REFUSED):
        change(ec2, group_id, rule_id, IpProtocol="tcp", FromPort=443, ToPort=443, Description=description)
    permission = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    permission["IpRanges"] = [{**IPV4, "Description": description}]
    for direction in ("ingress", "egress"):
        update = getattr(ec2, f"update_security_group_rule_descriptions_{direction}")
        with pytest.raises(ClientError, match=RULE_REFUSED):
            update(GroupId=group_id, IpPermissions=[permission])
    assert told(ec2, rule_id)["Description"] == "old words"
