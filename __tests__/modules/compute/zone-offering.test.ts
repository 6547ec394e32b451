import { expect, it } from "vitest";
import { ZoneOffering } from "../../../modules/compute/zone-offering";
import { synthesizeModule } from "../synthesize-module";

it("is a condition that a zone offers an instance type, and says which zones do", () => {
  let condition: unknown;
  const { data } = synthesizeModule((stack) => {
    const type = { value: "t3.micro", setting: "test.type" };
    const zone = { value: "us-east-1e", setting: "test.zone" };
    condition = new ZoneOffering(stack, "offering", { type, zone }).exists;
  });
  expect(data["aws_ec2_instance_type_offerings"]?.["offering"]).toMatchObject({
    location_type: "availability-zone",
    filter: [{ name: "instance-type", values: ["t3.micro"] }],
  });
  const zones = "data.aws_ec2_instance_type_offerings.offering.locations";
  expect(condition).toEqual({
    condition: `\${contains(${zones}, "us-east-1e")}`,
    errorMessage: expect.stringMatching(
      /^test\.type: expected a type that us-east-1e \(test\.zone\) offers, got t3\.micro/,
    ),
  });
});
