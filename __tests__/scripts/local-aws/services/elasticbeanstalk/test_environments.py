"""Elastic Beanstalk: environments and their states, versions, options, and what it refuses."""

import itertools

import pytest
from botocore.exceptions import ClientError
from local_aws.core.operations import ApiError, Call
from local_aws.services.elasticbeanstalk.environments import update_environment
from waiting import until

NUMBERS = itertools.count()
VARIABLES = "aws:elasticbeanstalk:application:environment"


@pytest.fixture(scope="module")
def beanstalk(aws):
    return aws.client("elasticbeanstalk")


@pytest.fixture(scope="module")
def stack(beanstalk):
    stacks = beanstalk.list_available_solution_stacks()["SolutionStacks"]
    return next(name for name in stacks if name.startswith("64bit Amazon Linux 2023") and name.endswith("Docker"))


@pytest.fixture
def application(beanstalk):
    name = f"application-{next(NUMBERS)}"
    beanstalk.create_application(ApplicationName=name)
    beanstalk.create_application_version(ApplicationName=name, VersionLabel="v1")
    return name


@pytest.fixture
def create(beanstalk, application, stack):
    def create(**parameters):
        wanted = {"EnvironmentName": application, "VersionLabel": "v1", "SolutionStackName": stack, **parameters}
        return beanstalk.create_environment(ApplicationName=application, **wanted)

    return create


def told(beanstalk, application):
    return beanstalk.describe_environments(ApplicationName=application, IncludeDeleted=True)["Environments"][0]


def status(beanstalk, application):
    return told(beanstalk, application)["Status"]


def options(beanstalk, application):
    (settings,) = beanstalk.describe_configuration_settings(ApplicationName=application, EnvironmentName=application)[
        "ConfigurationSettings"
    ]
    return {(each["Namespace"], each["OptionName"]): each["Value"] for each in settings["OptionSettings"]}


def test_an_environment_launches_updates_and_terminates(beanstalk, application, create):
    made = create()
    assert (made["Status"], made["Health"]) == ("Launching", "Grey")
    until(lambda: status(beanstalk, application), "Ready")
    assert told(beanstalk, application)["Health"] == "Green"
    assert beanstalk.update_environment(EnvironmentName=application, Description="new")["Status"] == "Updating"
    until(lambda: status(beanstalk, application), "Ready")
    assert beanstalk.terminate_environment(EnvironmentName=application)["Status"] == "Terminating"
    until(lambda: status(beanstalk, application), "Terminated")
    assert beanstalk.describe_environments(ApplicationName=application)["Environments"] == []


def test_options_come_over_defaults_and_go_again(beanstalk, application, create):
    create(OptionSettings=[{"Namespace": VARIABLES, "OptionName": "A", "Value": "1"}])
    assert options(beanstalk, application)[VARIABLES, "A"] == "1"
    assert options(beanstalk, application)["aws:autoscaling:asg", "MaxSize"] == "4"
    until(lambda: status(beanstalk, application), "Ready")
    beanstalk.update_environment(
        EnvironmentName=application, OptionsToRemove=[{"Namespace": VARIABLES, "OptionName": "A"}]
    )
    assert (VARIABLES, "A") not in options(beanstalk, application)


def test_tags_change(beanstalk, create):
    arn = create(Tags=[{"Key": "Stack", "Value": "beanstalk"}])["EnvironmentArn"]
    beanstalk.update_tags_for_resource(
        ResourceArn=arn, TagsToAdd=[{"Key": "Owner", "Value": "me"}], TagsToRemove=["Stack"]
    )
    assert beanstalk.list_tags_for_resource(ResourceArn=arn)["ResourceTags"] == [{"Key": "Owner", "Value": "me"}]


def test_a_name_is_taken_once(beanstalk, application, create):
    prefix = f"name-{application}"
    assert beanstalk.check_dns_availability(CNAMEPrefix=prefix)["Available"] is True
    create(CNAMEPrefix=prefix)
    assert beanstalk.check_dns_availability(CNAMEPrefix=prefix)["Available"] is False
    with pytest.raises(ClientError, match="is not available"):
        create(EnvironmentName="other", CNAMEPrefix=prefix)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"SolutionStackName": "64bit Debian"}, "No Solution Stack named '64bit Debian' found"),
        ({"VersionLabel": "v2"}, "No Application Version named 'v2' found"),
    ],
)
def test_fails_to_create_an_environment_of_what_does_not_exist(create, parameters, message):
    with pytest.raises(ClientError, match=message):
        create(**parameters)


def test_fails_to_update_before_it_is_ready():
    launching = {"EnvironmentId": "e-1", "EnvironmentName": "early", "Status": "Launching"}
    call = Call({"EnvironmentName": "early"}, None, {"environments": {"e-1": launching}}, "eu-west-1", "123456789012")
    with pytest.raises(ApiError, match="Environment named early is in an invalid state"):
        update_environment(call)


def test_fails_to_delete_what_an_environment_needs(beanstalk, application, create):
    create()
    with pytest.raises(ClientError, match=f"v1: {application} runs it"):
        beanstalk.delete_application_version(ApplicationName=application, VersionLabel="v1")
    with pytest.raises(ClientError, match="it has the environments"):
        beanstalk.delete_application(ApplicationName=application)


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ({"Tier": {"Name": "Worker", "Type": "SQS/HTTP"}}, r"Tier\.Name Worker"),
        ({"TemplateName": "saved"}, "TemplateName"),
    ],
)
def test_fails_with_the_name_of_what_is_missing(create, parameters, name):
    with pytest.raises(ClientError, match=f"elasticbeanstalk:CreateEnvironment with {name}"):
        create(**parameters)
