import { afterEach, describe, expect, test } from "vitest";
import { Machines } from "../../../scripts/open/machines";
import { openTarget } from "../../../scripts/open/target";
import { settingsWith } from "../../stacks/synthesize";
import { FakeAws } from "../aws/fake-aws";

let ec2: FakeAws | undefined;
afterEach(() => ec2?.close());

async function answering(answer: string): Promise<Machines> {
  ec2 = await FakeAws.answering(200, answer);
  return Machines.open(openTarget(settingsWith(), ec2.local));
}

/** DescribeInstances' answer with these instances, each with what is in it. */
const instances = (...items: readonly string[]) =>
  `<DescribeInstancesResponse><reservationSet><item><instancesSet>${items
    .map((item, index) => `<item><instanceId>i-${index + 1}</instanceId>${item}</item>`)
    .join("")}</instancesSet></item></reservationSet></DescribeInstancesResponse>`;
const inState = (name: string) => `<instanceState><name>${name}</name></instanceState>`;
const stateReason = (code: string, message: string) =>
  `<stateReason><code>${code}</code><message>${message}</message></stateReason>`;

test("the machines of the tags, without terminated ones", async () => {
  const machines = await answering(
    instances(
      `${inState("running")}<ipAddress>203.0.113.7</ipAddress><privateIpAddress>172.31.0.5</privateIpAddress>` +
        "<launchTime>2026-11-30T12:00:00Z</launchTime><groupSet><item><groupId>sg-1</groupId></item></groupSet>",
      inState("terminated"),
      `${inState("running")}<privateIpAddress>172.31.0.6</privateIpAddress>`,
    ),
  );
  expect(await machines.all()).toEqual([
    {
      id: "i-1",
      state: "running",
      address: "203.0.113.7",
      isPublic: true,
      groupIds: ["sg-1"],
      startedAt: new Date("2026-11-30T12:00:00Z"),
    },
    { id: "i-3", state: "running", address: "172.31.0.6", isPublic: false, groupIds: [], startedAt: new Date(0) },
  ]);
  expect(ec2?.asked[0]).toMatchObject({ "Filter.1.Name": "tag:Name", "Filter.1.Value.1": "workbench-local-machine" });
  expect(await machines.get("i-2")).toBeUndefined();
});

describe("why a machine is stopped", () => {
  test.each([
    [
      stateReason("Client.UserInitiatedShutdown", "Client.UserInitiatedShutdown: User initiated shutdown"),
      "User initiated (2026-11-30 12:00:00 GMT)",
      "somebody stopped it at 2026-11-30 12:00:00 GMT",
    ],
    [stateReason("Client.UserInitiatedShutdown", "User initiated shutdown"), "", "somebody stopped it"],
    [
      stateReason("Client.InstanceInitiatedShutdown", "Client.InstanceInitiatedShutdown: Instance initiated shutdown"),
      "",
      "it shut itself down",
    ],
    [
      stateReason("Server.InternalError", "Server.InternalError: Internal error on launch."),
      "",
      "Internal error on launch",
    ],
    ["", "", undefined],
  ])("%s", async (reason, transition, why) => {
    const machines = await answering(instances(`${inState("stopped")}${reason}<reason>${transition}</reason>`));
    expect((await machines.get("i-1"))?.why).toBe(why);
  });
});

test("who may connect to a port: every rule that includes it", async () => {
  const rule = (protocol: string, ports: string, source: string) =>
    `<item><ipProtocol>${protocol}</ipProtocol>${ports}${source}</item>`;
  const ports = (from: number, to: number) => `<fromPort>${from}</fromPort><toPort>${to}</toPort>`;
  const block = (cidr: string) => `<ipRanges><item><cidrIp>${cidr}</cidrIp></item></ipRanges>`;
  const machines = await answering(
    `<DescribeSecurityGroupsResponse><securityGroupInfo><item><ipPermissions>${[
      rule("tcp", ports(22, 22), block("203.0.113.1/32")),
      rule("tcp", ports(20, 30), "<ipv6Ranges><item><cidrIpv6>2001:db8::/32</cidrIpv6></item></ipv6Ranges>"),
      rule("-1", "", "<prefixListIds><item><prefixListId>pl-1</prefixListId></item></prefixListIds>"),
      rule("tcp", ports(0, 65535), "<groups><item><groupId>sg-2</groupId></item></groups>"),
      rule("tcp", ports(23, 30), block("203.0.113.2/32")),
      rule("udp", ports(22, 22), block("203.0.113.3/32")),
    ].join("")}</ipPermissions></item></securityGroupInfo></DescribeSecurityGroupsResponse>`,
  );
  expect(await machines.allowedAt(["sg-1"], 22)).toEqual(["203.0.113.1/32", "2001:db8::/32", "pl-1", "sg-2"]);
});

test("a machine without a group lets nobody connect", async () => {
  expect(await (await answering("")).allowedAt([], 22)).toEqual([]);
  expect(ec2?.asked).toEqual([]);
});

test("start names the machine", async () => {
  await (await answering("<StartInstancesResponse/>")).start("i-1");
  expect(ec2?.asked[0]).toMatchObject({ Action: "StartInstances", "InstanceId.1": "i-1" });
});

test("fails with EC2's own sentence when there is no capacity", async () => {
  const said =
    "<Response><Errors><Error><Code>InsufficientInstanceCapacity</Code><Message>There is no capacity.</Message>" +
    "</Error></Errors><RequestID>1</RequestID></Response>";
  ec2 = await FakeAws.answering(400, said);
  const machines = await Machines.open(openTarget(settingsWith(), ec2.local));
  await expect(machines.start("i-1")).rejects.toThrow(
    "EC2's StartInstances in eu-west-1: InsufficientInstanceCapacity: There is no capacity",
  );
});
