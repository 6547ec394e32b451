import { expect, it } from "vitest";
import { ExistingMachine } from "../../../modules/compute/existing-machine";
import { only } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";

it("finds the types of all machines with its tags that AWS has not terminated", () => {
  let types = "";
  const { data } = synthesizeModule((stack) => {
    types = new ExistingMachine(stack, "existing", { tags: { Name: "machine" } }).types;
  });
  const found = only(data, "aws_instances");
  expect(found.instance_tags).toEqual({ Name: "machine" });
  expect(found.instance_state_names).not.toContain("terminated");
  const count = "${length(data.aws_instances.existing_found.ids)}";
  expect(only(data, "aws_instance")).toMatchObject({
    count,
    instance_id: "${data.aws_instances.existing_found.ids[count.index]}",
  });
  expect(only(data, "aws_ec2_instance_type")).toMatchObject({
    count,
    instance_type: "${data.aws_instance.existing[count.index].instance_type}",
  });
  expect(types).toBe("data.aws_ec2_instance_type.existing_type");
});
