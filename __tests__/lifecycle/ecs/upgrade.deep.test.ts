/**
 * @module-tag ecs
 * @memory 1500 MiB
 * @minutes 5
 */
import { afterAll, beforeAll, expect } from "vitest";
import { describeWithMachines } from "../machines";
import { codeBlocks, pageSection } from "../pages";
import { story } from "../steps";
import { until } from "../until";
import type { Workbench } from "../workbench";
import { CouchdbImages } from "./couchdb-images";
import { EcsUser } from "./ecs-user";

/** What happens around another version of CouchDB, and another password. CouchDB is a stand-in, which the page names. */
describeWithMachines("another version of CouchDB (a stand-in), and the way back", () => {
  let ecs: EcsUser;
  let user: Workbench;
  let images: CouchdbImages;
  const step = story();
  /** CouchDB's answer to the admin with a password; 000 while it does not answer. */
  const statusFor = async (password: string): Promise<string> => {
    const ask = `curl --silent --output /dev/null --write-out '%{http_code}' --user 'admin:${password}'`;
    return String((await ecs.tryOnHost(`${ask} http://127.0.0.1:5984/_all_dbs`)).all);
  };

  beforeAll(async () => {
    ecs = await EcsUser.start();
    user = ecs.workbench;
    images = await CouchdbImages.push(ecs);
    await user.deploy("ecs");
    await ecs.write("articles", 1, 20);
    await images.deploy(images.second);
    await ecs.write("articles", 21, 25);
  });
  afterAll(() => ecs?.end());

  step("each try of a version that never works has a snapshot, since the old one ran meanwhile", async () => {
    for (const tries of [1, 2]) {
      await images.refused(images.broken);
      expect(await images.withSnapshotBefore()).toEqual([images.second, ...Array(tries).fill(images.broken)]);
      expect(await images.running()).toBe(images.second);
    }
  });

  step("fails without a snapshot: the host refuses in one sentence, and the old one runs", async () => {
    const before = await images.withSnapshotBefore();
    const role = ["--role-name", "workbench-local-ecs", "--policy-name", "workbench-local-ecs"];
    const { PolicyDocument } = await user.aws("iam", "get-role-policy", ...role);
    const put = (document: unknown) =>
      user.aws("iam", "put-role-policy", ...role, "--policy-document", JSON.stringify(document));
    const Statement = PolicyDocument.Statement.filter(
      ({ Action }: { Action: string | string[] }) => !Action.includes("ec2:CreateSnapshot"),
    );
    expect(Statement).toHaveLength(PolicyDocument.Statement.length - 1);
    await put({ ...PolicyDocument, Statement });
    // A refresh would find what the policy lacks, and put it back.
    const said = await images.refused(images.first, ["-refresh=false"]);
    await put(PolicyDocument);
    expect(said).toContain("couchdb: expected the revision");
    expect(await images.withSnapshotBefore()).toEqual(before);
    expect(await ecs.log("couchdb")).toMatch(
      /wait-for-snapshot: no snapshot of vol-\w+ before \S+ opens the files: .*UnauthorizedOperation.*; let the role of the host call ec2:CreateSnapshot and ec2:CreateTags, then deploy again/,
    );
    expect(await images.running()).toBe(images.second);
    expect(await ecs.numbers("articles")).toHaveLength(25);
  });

  step("goes back to the old image by a deploy, after a snapshot", async () => {
    const before = await images.withSnapshotBefore();
    await images.deploy(images.first);
    expect(await images.withSnapshotBefore()).toEqual([...before, images.first]);
    expect((await ecs.couchdb("GET", "/")).body.version).toBe("3.5.0");
    expect(await ecs.numbers("articles")).toHaveLength(25);
    await ecs.expectQuietPlan("ecs");
  });

  step(
    "takes another password, as the page says; the one before is refused, and neither is on the volume",
    async () => {
      const old = await ecs.password();
      user.settings["ECS_DATA_ADMIN_PASSWORD_VERSION"] = "2";
      await user.deploy("ecs-data");
      const password = await ecs.password();
      expect(password).not.toBe(old);
      const [restart = ""] = codeBlocks(pageSection("ecs-data", "## The password"));
      const { exitCode, output } = await user.bash(restart);
      expect(exitCode, output).toBe(0);
      await until("the new password", async () => (await statusFor(password)) === "200");
      expect(await statusFor(old)).toBe("401");
      const find = async (text: string) =>
        (await ecs.tryOnHost(`grep -rF -e '${text}' /opt/couchdb /etc/ecs /var/lib/cloud`)).exitCode;
      expect(await find("admin = -pbkdf2")).toBe(0);
      for (const each of [old, password]) expect(await find(each)).toBe(1);
      for (const stack of ["ecs-data", "ecs"]) await ecs.expectQuietPlan(stack);
    },
  );
});
