"""The options of an environment, as plain data: those that were asked for, over AWS's defaults."""

from typing import Any

from moto.elasticbeanstalk.models import eb_backends
from moto.elasticbeanstalk.responses import EBResponse

from local_aws.core.operations import Call, operation

from .store import application_of, environment_of

Option = dict[str, Any]
VARIABLES = "aws:elasticbeanstalk:application:environment"
DEFAULTS = (
    ("aws:elasticbeanstalk:command", "BatchSize", "30"),
    ("aws:autoscaling:asg", "MinSize", "1"),
    ("aws:autoscaling:asg", "MaxSize", "4"),
    ("aws:elasticbeanstalk:environment", "EnvironmentType", "LoadBalanced"),
    ("aws:elasticbeanstalk:healthreporting:system", "SystemType", "enhanced"),
)
_TOLD = ("ApplicationName", "DateCreated", "DateUpdated", "EnvironmentName", "PlatformArn", "SolutionStackName")


def install() -> None:
    """Adds the call."""
    operation(EBResponse, "DescribeConfigurationSettings", eb_backends)(describe_configuration_settings)


def describe_configuration_settings(call: Call) -> dict[str, Any]:
    """Returns all options of an environment."""
    application_of(call)
    environment = environment_of(call)
    told = {key: environment[key] for key in _TOLD}
    return {
        "ConfigurationSettings": [{**told, "DeploymentStatus": "deployed", "OptionSettings": environment["Options"]}]
    }


def first_options(asked: list[Option] | None) -> list[Option]:
    """Returns the options of a new environment."""
    defaults = [{"Namespace": space, "OptionName": name, "Value": value} for space, name, value in DEFAULTS]
    return merged(defaults, asked, None)


def merged(options: list[Option], asked: list[Option] | None, removed: list[Option] | None) -> list[Option]:
    """Returns options with changes. AWS also returns all variables of the environment as one option."""
    kept = {_name(option): option for option in options}
    for option in removed or []:
        kept.pop(_name(option), None)
    for option in asked or []:
        kept[_name(option)] = option
    variables = ",".join(f"{each['OptionName']}={each.get('Value')}" for each in kept.values() if _is_variable(each))
    together = {
        "Namespace": "aws:cloudformation:template:parameter",
        "OptionName": "EnvironmentVariables",
        "Value": variables,
    }
    kept[_name(together)] = together
    return list(kept.values())


def _name(option: Option) -> tuple[str, str, str]:
    return option.get("ResourceName") or "", option["Namespace"], option["OptionName"]


def _is_variable(option: Option) -> bool:
    return option["Namespace"] == VARIABLES
