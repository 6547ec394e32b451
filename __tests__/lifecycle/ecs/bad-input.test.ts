/**
 * @module-tag ecs
 * @memory 600 MiB
 * @minutes 2
 */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect } from "vitest";
import { LocalRegistry } from "../../../scripts/containers/local-registry";
import { accountContents } from "../leftovers";
import { describeWithMachines } from "../machines";
import { unwrapped } from "../said";
import { story } from "../steps";
import { Workbench } from "../workbench";
import { EcsUser } from "./ecs-user";

const zone = "eu-west-1a";
const absent = `sha256:${"0".repeat(64)}`;

/** What only AWS knows, and a plan refuses. Mistakes within the settings are in the tests of the stack. */
describeWithMachines("a plan of ecs that does not fit the account", () => {
  let ecs: EcsUser;
  let user: Workbench;
  let before: readonly string[];
  const step = story();

  beforeAll(async () => {
    ecs = await EcsUser.with(await Workbench.start());
    user = ecs.workbench;
  });
  afterAll(() => ecs?.end());

  /** Plans with settings that do not fit; returns what Terraform says instead of a plan. */
  async function refusal(values: Readonly<Record<string, string>> = {}): Promise<string> {
    const { exitCode, output } = await user.terraform(["plan"], "ecs", values);
    const [said = "", ...others] = sentences(output);
    expect(others).toEqual([]);
    expect(exitCode).toBe(1);
    return said;
  }

  step("fails without ecs-data, and says how to deploy both", async () => {
    const { exitCode, output } = await user.terraform(["plan"], "ecs", { ECS_COUCHDB_IMAGE: absent });
    expect(exitCode).toBe(1);
    const fix = "got none; run `npm run local -- npx cdktf deploy ecs-data ecs`.";
    const tags = "Name=workbench-local-ecs-data, Project=workbench, Environment=local";
    const said = sentences(output);
    expect(said).toHaveLength(4);
    expect(said[0]).toContain(`data volume: expected one tagged ${tags}, ${fix}`);
    expect(said[1]).toContain(
      `repository: expected one named workbench-local-couchdb, ${fix.replace("run", "add couchdb to ecs-data.repositories, and run")}`,
    );
    expect(said[2]).toContain(
      `repository: expected one named workbench-local-grand-central, ${fix.replace("run", "add grand-central to ecs-data.repositories, and run")}`,
    );
    expect(said[3]).toContain(`secret: expected one named workbench-local-ecs-data-couchdb-password, ${fix}`);
    await ecs.deployData();
    before = await accountContents(user);
  });

  step("fails for a digest that the repository lacks", async () => {
    expect(await refusal({ ECS_COUCHDB_IMAGE: absent })).toContain(
      `ecs.couchdb.image: ${absent}, pushed with \`docker push <registry>/workbench-local-couchdb:<tag>\``,
    );
  });

  step("fails for an image without a tag, which would expire", async () => {
    const digest = await pushWithoutTag(user, ecs.workbench.settings["ECS_COUCHDB_IMAGE"] ?? "");
    expect(await refusal({ ECS_COUCHDB_IMAGE: digest })).toContain(
      "ecs.couchdb.image: expected the digest of an image with a tag, since images without one expire, " +
        `got ${digest}; push it to workbench-local-couchdb with a tag.`,
    );
  });

  step("fails for services that need more memory than the host has", async () => {
    const image = `registry.example/reports@${absent}`;
    const services = `{ reports: { image: "${image}", memoryMiB: 2600 } }`;
    expect(await refusal({ ECS_SERVICES: services })).toContain(
      "instanceTypes.ecs: expected a type with memory for 4216 MiB of containers (couchdb 1104, grand-central 512, reports 2600), " +
        "got t3.medium, which has 3686 MiB for them; choose a larger type, or lower memoryMiB of a service.",
    );
  });

  step("fails for a type with another processor than the image", async () => {
    expect(await refusal({ INSTANCE_TYPES_ECS: "t4g.medium" })).toMatch(
      /instanceTypes\.ecs: expected a type whose processor runs x86_64, as the image ami-\w+ needs, got t4g\.medium, which has arm64; choose another type, or another image \(ecs\.hostImage\)\./,
    );
  });

  step("fails for a type that does not exist", async () => {
    expect(await refusal({ INSTANCE_TYPES_ECS: "t3.mediun" })).toContain(
      "instanceTypes.ecs: expected an instance type that the region offers, got t3.mediun; " +
        "`aws ec2 describe-instance-types` lists them.",
    );
  });

  step("fails in another zone than the volume's", async () => {
    expect(await refusal({ AWS_AVAILABILITY_ZONE: "eu-west-1b" })).toMatch(
      /aws\.availabilityZone: expected the machine in the zone of its data volume, got the volume vol-\w+ in eu-west-1a and the subnet subnet-\w+ in eu-west-1b; a volume never changes its zone: set aws\.availabilityZone to eu-west-1a, and name no subnet elsewhere\./,
    );
  });

  step("fails for a subnet that is not there", async () => {
    expect(await refusal({ ECS_SUBNET_ID: "subnet-0123456789abcdef0" })).toContain(
      "ecs.subnetId: expected a subnet of this account and region, got subnet-0123456789abcdef0, which is not there; " +
        "`aws ec2 describe-subnets` lists them.",
    );
  });

  step("fails for a subnet of a VPC that overlaps Docker's network", async () => {
    const { vpcId, subnetId } = await makeSubnet(user, "172.17.128.0/20");
    expect(await refusal({ ECS_SUBNET_ID: subnetId })).toContain(
      "ecs.subnetId: expected a subnet of a VPC apart from 172.17.0.0/16, the network of containers, " +
        `got ${subnetId} of ${vpcId}, which has 172.17.128.0/20; name one of another VPC.`,
    );
    await removeSubnet(user, { vpcId, subnetId });
  });

  step("fails for a subnet whose way out lets nobody through without a public address", async () => {
    const { vpcId, subnetId } = await makeSubnet(user, "10.20.0.0/24");
    const { InternetGateway: gateway } = await user.aws("ec2", "create-internet-gateway");
    const id = gateway.InternetGatewayId;
    await user.aws("ec2", "attach-internet-gateway", "--internet-gateway-id", id, "--vpc-id", vpcId);
    const { RouteTables: tables } = await user.aws(
      ...["ec2", "describe-route-tables", "--filters", `Name=vpc-id,Values=${vpcId}`],
    );
    await user.aws(
      ...["ec2", "create-route", "--route-table-id", tables[0].RouteTableId],
      ...["--destination-cidr-block", "0.0.0.0/0", "--gateway-id", id],
    );
    expect(await refusal({ ECS_SUBNET_ID: subnetId })).toContain(
      `ecs.subnetId: expected a subnet that gives public addresses, since its way to the internet is ${id}, ` +
        `got ${subnetId}, which gives none; run \`aws ec2 modify-subnet-attribute --subnet-id ${subnetId} ` +
        "--map-public-ip-on-launch`, or name a subnet with a NAT gateway.",
    );
    await user.aws("ec2", "detach-internet-gateway", "--internet-gateway-id", id, "--vpc-id", vpcId);
    await user.aws("ec2", "delete-internet-gateway", "--internet-gateway-id", id);
    await removeSubnet(user, { vpcId, subnetId });
  });

  step("has made nothing of all that, and fits without mistakes", async () => {
    expect(await accountContents(user)).toEqual(before);
    expect((await user.plan("ecs")).changes).toContain("aws_instance.host_host will be created");
  });
});

/** What Terraform says is wrong, each without line breaks. */
function sentences(output: string): string[] {
  return output.split("Error: ").slice(1).map(unwrapped);
}

/** Pushes an image again that differs by a note, and gives it no tag. Returns its digest. */
async function pushWithoutTag(user: Workbench, digest: string): Promise<string> {
  const registry = await LocalRegistry.of(user.session.localAws, "eu-west-1");
  const manifests = `${registry.address}/v2/workbench-local-couchdb/manifests`;
  const type = "application/vnd.oci.image.manifest.v1+json";
  const headers = { authorization: `Basic ${await registry.token()}`, accept: type, "content-type": type };
  const manifest = await (await fetch(`${manifests}/${digest}`, { headers })).json();
  const body = JSON.stringify({ ...manifest, annotations: { note: "without a tag" } });
  const without = `sha256:${createHash("sha256").update(body).digest("hex")}`;
  const { status } = await fetch(`${manifests}/${without}`, { method: "PUT", headers, body });
  expect(status).toBe(201);
  return without;
}

/** A subnet and its VPC. */
interface Made {
  readonly vpcId: string;
  readonly subnetId: string;
}

async function makeSubnet(user: Workbench, cidrBlock: string): Promise<Made> {
  const { Vpc: vpc } = await user.aws("ec2", "create-vpc", "--cidr-block", cidrBlock);
  const { Subnet: subnet } = await user.aws(
    ...["ec2", "create-subnet", "--vpc-id", vpc.VpcId, "--cidr-block", cidrBlock, "--availability-zone", zone],
  );
  return { vpcId: vpc.VpcId, subnetId: subnet.SubnetId };
}

async function removeSubnet(user: Workbench, { vpcId, subnetId }: Made): Promise<void> {
  await user.aws("ec2", "delete-subnet", "--subnet-id", subnetId);
  await user.aws("ec2", "delete-vpc", "--vpc-id", vpcId);
}
