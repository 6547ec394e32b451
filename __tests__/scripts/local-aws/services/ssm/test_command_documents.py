"""Command documents, without a machine."""

import pytest
from local_aws.core.operations import ApiError
from local_aws.services.ssm.command_documents import RUN_SHELL_SCRIPT, steps_of


def document(*steps, **parameters):
    return {"schemaVersion": "2.2", "parameters": parameters, "mainSteps": list(steps)}


def step(*lines, **more):
    return {"action": "aws:runShellScript", "name": "run", "inputs": {"runCommand": list(lines), **more}}


def script(content, **given):
    return steps_of("mine", content, given)[0]["Script"]


def test_each_command_of_run_shell_script_is_a_line():
    (only,) = steps_of("AWS-RunShellScript", RUN_SHELL_SCRIPT, {"commands": ["#!/bin/bash", "echo {{ x }}"]})
    assert only == {
        "Name": "aws:runShellScript",
        "Script": "#!/bin/bash\necho {{ x }}\n",
        "Folder": "",
        "TimeoutSec": 3600,
        "ExitsOnFailure": False,
    }


def test_folder_and_time_limit_are_parameters():
    given = {"commands": ["true"], "workingDirectory": ["/srv"], "executionTimeout": ["7"]}
    (only,) = steps_of("AWS-RunShellScript", RUN_SHELL_SCRIPT, given)
    assert (only["Folder"], only["TimeoutSec"]) == ("/srv", 7)


@pytest.mark.parametrize(
    ("rules", "given", "expected"),
    [
        ({"type": "String"}, {"x": ["given"]}, "echo given\n"),
        ({"type": "String", "default": "plain"}, {}, "echo plain\n"),
        ({"type": "Boolean", "default": True}, {}, "echo true\n"),
        ({"type": "Integer", "default": 7}, {}, "echo 7\n"),
        ({"type": "StringList"}, {"x": ["a", "b"]}, 'echo ["a", "b"]\n'),
    ],
    ids=["given", "default", "boolean", "integer", "list"],
)
def test_puts_parameters_into_a_line(rules, given, expected):
    assert script(document(step("echo {{ x }}"), x=rules), **given) == expected


def test_a_list_that_is_a_whole_line_is_so_many_lines():
    content = document(step("set -e", "{{x}}", "echo end"), x={"type": "StringList"})
    assert script(content, x=["a", "b"]) == "set -e\na\nb\necho end\n"


@pytest.mark.parametrize(
    ("rules", "given", "why"),
    [
        ({"type": "String"}, {}, "mine needs the parameter x"),
        ({"type": "String", "default": ""}, {"y": ["1"]}, "mine has no parameter y"),
        ({"type": "String"}, {"x": ["a", "b"]}, "mine: expected one value for x, got 2"),
        ({"type": "String", "allowedValues": ["a"]}, {"x": ["b"]}, r"mine: expected one of \['a'\] for x, got 'b'"),
        ({"type": "String", "allowedPattern": "[a-z]+"}, {"x": ["a;"]}, "mine: expected x to match .*, got 'a;'"),
    ],
    ids=["missing", "unknown", "many", "value", "pattern"],
)
def test_fails_for_a_wrong_parameter(rules, given, why):
    with pytest.raises(ApiError, match=why):
        script(document(step("echo {{ x }}"), x=rules), **given)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ({"schemaVersion": "0.3"}, "mine: expected schemaVersion 2.2, got 0.3"),
        (document({"action": "aws:downloadContent", "name": "x", "inputs": {}}), "mine with a step aws:downloadCont"),
        (document({**step("true"), "precondition": {"StringEquals": ["platformType", "Windows"]}}), "precondition"),
        (document(step("true", timeoutSeconds="soon")), "expected a time limit from 1 to 172800 seconds, got 'soon'"),
    ],
    ids=["schema", "action", "precondition", "limit"],
)
def test_fails_for_a_document_that_cannot_run_here(content, why):
    with pytest.raises(ApiError, match=why):
        steps_of("mine", content, {})
