import { Instance } from "@cdktf/provider-aws/lib/instance";
import { expect, it } from "vitest";
import { resourceAddress } from "../../modules/resource-address";
import { synthesizeModule } from "./synthesize-module";

it("is the name under which Terraform knows a resource, without an expression", () => {
  let address = "";
  const { resource } = synthesizeModule((stack) => {
    address = resourceAddress(new Instance(stack, "machine", { ami: "ami-1", instanceType: "t3.micro" }));
  });
  expect(address).toBe("aws_instance.machine");
  expect(Object.keys(resource["aws_instance"] ?? {})).toEqual(["machine"]);
});
