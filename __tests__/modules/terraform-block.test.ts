import { Fn, TerraformOutput } from "cdktf";
import { expect, it } from "vitest";
import { TerraformBlock } from "../../modules/terraform-block";
import { synthesizeModule } from "./synthesize-module";

it("keeps every block without labels, in the order in which they were made", () => {
  const json = synthesizeModule((stack) => {
    new TerraformBlock(stack, "first", { type: "import", body: { to: "aws_ebs_volume.a", id: "vol-1" } });
    new TerraformBlock(stack, "second", { type: "import", body: { to: "aws_ebs_volume.b", id: "vol-2" } });
  });
  expect(json.import).toEqual([
    { to: "aws_ebs_volume.a", id: "vol-1" },
    { to: "aws_ebs_volume.b", id: "vol-2" },
  ]);
});

it("keeps every block with labels, and leaves out arguments that are undefined", () => {
  const json = synthesizeModule((stack) => {
    for (const [id, length] of [["first", 8] as const, ["second", undefined] as const]) {
      const body = { length, numeric: true };
      new TerraformBlock(stack, id, { type: "ephemeral", objectType: "random_password", body });
    }
  });
  expect(json).toHaveProperty("ephemeral", {
    random_password: { first: { length: 8, numeric: true }, second: { numeric: true } },
  });
});

it("hands over attributes of what it declares, also to functions of Terraform", () => {
  const { output } = synthesizeModule((stack) => {
    const block = new TerraformBlock(stack, "first", { type: "ephemeral", objectType: "random_password", body: {} });
    new TerraformOutput(stack, "encoded", { value: Fn.jsonencode({ password: block.attribute("result") }) });
  });
  expect(output["encoded"]?.value).toBe('${jsonencode({"password" = ephemeral.random_password.first.result})}');
});
