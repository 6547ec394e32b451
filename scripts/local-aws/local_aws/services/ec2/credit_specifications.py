"""The processor credits of burstable instances. moto says "standard" of every instance, whatever was asked for."""

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models import ec2_backends
from moto.ec2.models.instances import Instance
from moto.ec2.responses.instances import InstanceResponse

from local_aws.core.operations import Call, correction, operation


def install() -> None:
    """Makes an instance keep its credits. `instances` gives them to a new one."""
    # An instance that was made before has none.
    Instance.cpu_credits = None
    correction(InstanceResponse, "describe_instance_credit_specifications")(describe)
    operation(InstanceResponse, "ModifyInstanceCreditSpecification", ec2_backends)(modify)


def describe(original: Any, response: InstanceResponse) -> ActionResult:
    """Returns what each instance keeps, or the default of its type."""
    answer = original(response)
    for told in answer.result["InstanceCreditSpecifications"]:
        told["CpuCredits"] = credits_of(response.ec2_backend.get_instance(told["InstanceId"]))
    return answer


def modify(call: Call) -> dict[str, Any]:
    """Changes the credits of instances."""
    changed = []
    for asked in call.parameters["InstanceCreditSpecifications"]:
        call.backend.get_instance(asked["InstanceId"]).cpu_credits = asked["CpuCredits"]
        changed.append({"InstanceId": asked["InstanceId"]})
    return {"SuccessfulInstanceCreditSpecifications": changed, "UnsuccessfulInstanceCreditSpecifications": []}


def credits_of(instance: Instance) -> str:
    """Returns what an instance keeps, or the default of its type: T2 is the only one that is not unlimited."""
    return instance.cpu_credits or ("standard" if instance.instance_type.startswith("t2.") else "unlimited")
