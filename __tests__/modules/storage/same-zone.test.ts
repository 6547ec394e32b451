import { DataResource } from "cdktf";
import { describe, expect, it } from "vitest";
import { sameZone } from "../../../modules/storage/same-zone";
import { only } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";

describe("sameZone", () => {
  it("compares the zones, and names volume, subnet and setting", () => {
    const { resource } = synthesizeModule((stack) => {
      const volume = { id: "vol-1", availabilityZone: "eu-west-1a", sizeGiB: 1 };
      const subnet = { id: "subnet-1", vpcId: "vpc-1", availabilityZone: "eu-west-1b", ready: [] };
      const precondition = [sameZone(volume, subnet, "test.zone")];
      new DataResource(stack, "machine", { lifecycle: { precondition } });
    });
    const { place: _, ...own } = resource["terraform_data"] ?? {};
    expect(only({ terraform_data: own }, "terraform_data").lifecycle.precondition).toEqual([
      {
        condition: '${("eu-west-1a" == "eu-west-1b")}',
        error_message:
          "test.zone: expected the machine in the zone of its data volume, " +
          "got the volume vol-1 in eu-west-1a and the subnet subnet-1 in eu-west-1b; " +
          "a volume never changes its zone: set test.zone to eu-west-1a, and name no subnet elsewhere.",
      },
    ]);
  });
});
