/**
 * @module-tag ecs
 * @memory 1500 MiB
 * @minutes 5
 */
import { afterAll, beforeAll, expect } from "vitest";
import { describeWithMachines, onMachine } from "../machines";
import { cdktfCommands, codeBlocks, pageSection } from "../pages";
import { story } from "../steps";
import { until } from "../until";
import { Workbench } from "../workbench";
import { couchdb, EcsUser, startWithContainerHosts } from "./ecs-user";

const section = pageSection("ecs-data", "## A volume that you have");
const repository = "couchdb-by-hand";
const registry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
const zone = "eu-west-1a";

/**
 * What the seed's reader has: a disk that was attached, formatted and mounted by hand, and CouchDB's files on it. CouchDB
 * is a stand-in, which the page names.
 */
describeWithMachines("a volume made by hand, with files of CouchDB (a stand-in)", () => {
  let ecs: EcsUser;
  let user: Workbench;
  let volume: string;
  const step = story();
  /** The answer to an admin: 200, or 401. */
  const statusFor = (name: string, password: string): Promise<string> =>
    ecs.onHost(
      `curl --silent --output /dev/null --write-out '%{http_code}' --user '${name}:${password}' http://127.0.0.1:5984/_all_dbs`,
    );

  beforeAll(async () => {
    ecs = await EcsUser.with(await Workbench.start(undefined, startWithContainerHosts));
    user = ecs.workbench;
    volume = await makeByHand();
  });
  afterAll(() => ecs?.end());

  step("becomes the stack's, as the page says: the plan imports it", async () => {
    const [tags = ""] = codeBlocks(section);
    await succeeds(tags.replace("vol-…", volume));
    user.settings["ECS_DATA_VOLUME_SIZE_GIB"] = "2";
    const { output } = await user.terraform(["plan"], "ecs-data");
    expect(output).toMatch(/Plan: 1 to import, \d+ to add, 1 to change, 0 to destroy\./);
    const [data = ""] = cdktfCommands(section);
    await succeeds(data);
    expect((await user.outputs("ecs-data"))["volume_id"]).toBe(volume);
    await ecs.expectQuietPlan("ecs-data");
  });

  step("its documents are found, and the second plan is quiet", async () => {
    user.settings["ECS_COUCHDB_IMAGE"] = await ecs.push("couchdb", couchdb, "1");
    const [, host = ""] = cdktfCommands(section);
    await succeeds(host);
    expect(await ecs.numbers("articles")).toEqual([1, 2, 3]);
    await ecs.expectQuietPlan("ecs");
  });

  step("a snapshot was taken before the stack's CouchDB opened its files", async () => {
    const [snapshot, ...others] = await ecs.snapshots();
    expect(others).toEqual([]);
    expect(snapshot).toMatchObject({
      VolumeId: volume,
      Description: expect.stringMatching(/^before .* opens the files/),
    });
  });

  step("its admins still work, but the one with the name of the stack's has the stack's password", async () => {
    expect(await statusFor("editor", "of-the-editor")).toBe("200");
    expect(await statusFor("admin", await ecs.password())).toBe("200");
    expect(await statusFor("admin", "of-the-admin")).toBe("401");
    await ecs.write("articles", 4, 5);
    expect(await ecs.numbers("articles")).toEqual([1, 2, 3, 4, 5]);
  });

  step("one that is not encrypted becomes an encrypted one through a snapshot, as the page says", async () => {
    const plain = await made(["--size", "2", "--volume-type", "gp2", "--no-encrypted"]);
    const second = user.another("second");
    second.settings["ECS_DATA_SNAPSHOT_ID"] = await user.snapshot(plain);
    await second.deploy("ecs-data");
    const { volume_id: id = "" } = await second.outputs("ecs-data");
    const { Volumes } = await user.aws("ec2", "describe-volumes", "--volume-ids", id);
    expect(Volumes[0]).toMatchObject({ Encrypted: true, SnapshotId: second.settings["ECS_DATA_SNAPSHOT_ID"] });
    expect((await second.plan("ecs-data")).changes).toBe("");
  });

  /** Makes a volume, and returns its id once it can be attached. */
  async function made(options: readonly string[]): Promise<string> {
    const { VolumeId: id } = await user.aws("ec2", "create-volume", "--availability-zone", zone, ...options);
    await user.aws("ec2", "wait", "volume-available", "--volume-ids", id);
    return id;
  }

  /** Follows the seed: a volume, mkfs, a mount, and CouchDB in Docker with the volume's folders. Returns the volume. */
  async function makeByHand(): Promise<string> {
    await user.aws("ecr", "create-repository", "--repository-name", repository);
    const image = `${registry}/${repository}@${await ecs.pushTo(repository, couchdb, "1")}`;
    const { authorizationData } = await user.aws("ecr", "get-authorization-token");
    const [, token = ""] = Buffer.from(authorizationData?.[0]?.authorizationToken ?? "", "base64")
      .toString()
      .split(":");
    const parameter = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id";
    const ami = await user.aws("ssm", "get-parameter", "--name", parameter, "--query", "Parameter.Value");
    const { Instances } = await user.aws(
      ...["ec2", "run-instances", "--image-id", ami, "--instance-type", "t3.small"],
      ...["--placement", `AvailabilityZone=${zone}`],
    );
    const instance = Instances[0].InstanceId;
    // As the console of the seed's time made volumes.
    const id = await made(["--size", "2", "--volume-type", "gp2", "--encrypted"]);
    await user.aws("ec2", "wait", "instance-running", "--instance-ids", instance);
    const place = ["--volume-id", id, "--instance-id", instance, "--device", "/dev/xvdf"];
    await user.aws("ec2", "attach-volume", ...place);
    const on = (command: string): Promise<string> => onMachine(instance, command);
    const device = `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${id.replace("-", "")}`;
    await until("Docker", () => on(`test -e ${device} && docker info`).catch(() => false as const));
    await on(`mkfs.ext4 -q ${device} && mkdir -p /opt/couchdb && mount ${device} /opt/couchdb`);
    const folders = ["data", "etc/local.d"].map((folder) => `--volume /opt/couchdb/${folder}:/opt/couchdb/${folder}`);
    await on(
      `docker login --username AWS --password-stdin ${registry} <<<'${token}' &&
       mkdir -p /opt/couchdb/etc/local.d && printf '[admins]\neditor = of-the-editor\n' >/opt/couchdb/etc/local.d/local.ini &&
       docker run --detach --name couchdb --publish 127.0.0.1:5984:5984 ${folders.join(" ")} \
         --env COUCHDB_USER=admin --env COUCHDB_PASSWORD=of-the-admin ${image}`,
    );
    const ask = "curl --silent --fail --user editor:of-the-editor";
    const url = "http://127.0.0.1:5984";
    await until("CouchDB by hand", () => on(`${ask} ${url}/_all_dbs`).catch(() => false as const));
    await on(
      `${ask} --request PUT ${url}/articles && for number in 1 2 3; do
         ${ask} --request PUT --data "{\\"number\\": $number}" ${url}/articles/document-$number || exit 1; done`,
    );
    // As after a container of root, or a copy by hand.
    await on("docker stop couchdb && chown -R root:root /opt/couchdb && umount /opt/couchdb");
    await user.aws("ec2", "terminate-instances", "--instance-ids", instance);
    await user.aws("ec2", "wait", "volume-available", "--volume-ids", id);
    return id;
  }

  async function succeeds(commands: string): Promise<void> {
    const { exitCode, output } = await user.bash(commands);
    expect(exitCode, output).toBe(0);
  }
});
