import { afterEach, describe, expect, it } from "vitest";
import { VolumeAccount } from "../../../scripts/volumes/volume-account";
import { FakeAws } from "../aws/fake-aws";

let ec2: FakeAws | undefined;
afterEach(() => ec2?.close());

async function account(answer: string): Promise<VolumeAccount> {
  ec2 = await FakeAws.answering(200, answer);
  return VolumeAccount.open({ region: "eu-west-1", profile: null, local: ec2.local }, { Set: "parts" });
}

const tag = (key: string, value: string) => `<item><key>${key}</key><value>${value}</value></item>`;
const volume = (id: string, index: string, more = "") =>
  `<item><volumeId>${id}</volumeId><size>5</size><tagSet>${tag("Index", index)}${more}</tagSet><attachmentSet/></item>`;

describe("VolumeAccount", () => {
  it("lists the volumes in order, of these tags alone and not those that EC2 deletes", async () => {
    const items = volume("vol-b", "10", tag("Retiring", "then")) + volume("vol-a", "9");
    const volumes = await (
      await account(`<DescribeVolumesResponse><volumeSet>${items}</volumeSet></DescribeVolumesResponse>`)
    ).volumes();
    expect(volumes).toMatchObject([
      { id: "vol-a", index: 9, sizeGiB: 5, attachedTo: [], retiringSince: undefined },
      { id: "vol-b", index: 10, retiringSince: "then" },
    ]);
    expect(ec2?.asked[0]).toMatchObject({
      "Filter.1.Name": "tag:Set",
      "Filter.1.Value.1": "parts",
      "Filter.2.Name": "status",
      "Filter.2.Value.4": "error",
    });
    expect(Object.values(ec2?.asked[0] ?? {})).not.toContain("deleting");
  });

  it("takes a snapshot with the tags that say what the volume was, and no other", async () => {
    const answer = "<CreateSnapshotResponse><snapshotId>snap-1</snapshotId></CreateSnapshotResponse>";
    const tags = { Name: "parts-2", Index: "2", Complete: "true", Retiring: "then", "aws:dlm": "x" };
    const id = await (await account(answer)).takeSnapshot(
      { id: "vol-2", index: 2, sizeGiB: 5, attachedTo: [], tags },
      "then",
    );
    expect(id).toBe("snap-1");
    const asked = ec2?.asked[0] ?? {};
    const keys = Object.entries(asked).filter(([name]) => /^TagSpecification\.1\.Tag\.\d+\.Key$/.test(name));
    expect(keys.map(([, key]) => key)).toEqual(["Name", "Index", "Retired"]);
    expect(asked).toMatchObject({ VolumeId: "vol-2", Description: "parts-2 (vol-2), retired" });
  });

  it("finds only its own snapshots: those with the tag Retired that did not fail", async () => {
    await (
      await account("<DescribeSnapshotsResponse><snapshotSet/></DescribeSnapshotsResponse>")
    ).retirementSnapshots();
    expect(ec2?.asked[0]).toMatchObject({
      "Owner.1": "self",
      "Filter.1.Name": "tag:Set",
      "Filter.2.Name": "tag-key",
      "Filter.2.Value.1": "Retired",
      "Filter.3.Value.1": "pending",
      "Filter.3.Value.2": "completed",
    });
  });
});
