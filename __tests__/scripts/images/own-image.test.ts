import { afterEach, describe, expect, test } from "vitest";
import { findOwnImages } from "../../../scripts/images/own-image";
import { FakeAws } from "../aws/fake-aws";

const wanted = { project: "workbench", region: "eu-west-1", folder: "workbench", architecture: "amd64" };

describe("findOwnImages", () => {
  let ec2: FakeAws;
  afterEach(() => ec2.close());

  const item = (id: string, date: string) =>
    `<item><blockDeviceMapping><item><ebs><snapshotId>snap-${id}</snapshotId></ebs><deviceName>/dev/xvda</deviceName></item></blockDeviceMapping><name>workbench-workbench-amd64-${id}</name><tagSet><item><key>Image</key><value>workbench</value></item></tagSet><imageId>${id}</imageId><architecture>x86_64</architecture><creationDate>${date}</creationDate></item>`;

  test("returns images newest first", async () => {
    const items = [item("ami-1", "2026-11-01T00:00:00.000Z"), item("ami-2", "2026-11-21T00:00:00.000Z")];
    ec2 = await FakeAws.answering(
      200,
      `<DescribeImagesResponse><imagesSet>${items.join("")}</imagesSet></DescribeImagesResponse>`,
    );
    const image = { image: "workbench", architecture: "x86_64" };
    expect(await findOwnImages(ec2.local, wanted)).toEqual([
      {
        ...{ ...image, id: "ami-2", name: "workbench-workbench-amd64-ami-2", snapshotIds: ["snap-ami-2"] },
        createdAt: "2026-11-21T00:00:00.000Z",
      },
      {
        ...{ ...image, id: "ami-1", name: "workbench-workbench-amd64-ami-1", snapshotIds: ["snap-ami-1"] },
        createdAt: "2026-11-01T00:00:00.000Z",
      },
    ]);
  });

  test("searches with the same filters as the ec2 stack", async () => {
    ec2 = await FakeAws.answering(200, "<DescribeImagesResponse><imagesSet/></DescribeImagesResponse>");
    expect(await findOwnImages(ec2.local, { ...wanted, project: "other" })).toEqual([]);
    expect(ec2.asked).toEqual([
      {
        Action: "DescribeImages",
        Version: "2016-11-15",
        "Owner.1": "self",
        "Filter.1.Name": "name",
        "Filter.1.Value.1": "other-workbench-amd64-*",
        "Filter.2.Name": "tag:Project",
        "Filter.2.Value.1": "other",
        "Filter.3.Name": "tag:Image",
        "Filter.3.Value.1": "workbench",
        "Filter.4.Name": "state",
        "Filter.4.Value.1": "available",
      },
    ]);
  });
});
