/**
 * @module-tag ecs
 * @memory 1500 MiB
 * @minutes 5
 */
import { afterAll, beforeAll, expect } from "vitest";
import { describeWithMachines } from "../machines";
import { codeBlocks, pageSection } from "../pages";
import { unwrapped } from "../said";
import { story } from "../steps";
import { until } from "../until";
import type { Workbench } from "../workbench";
import { couchdb, EcsUser } from "./ecs-user";

/** A line that a container printed. */
interface Line {
  readonly logStreamName: string;
  readonly timestamp: number;
  readonly message: string;
}

/** Another version of CouchDB, and another password. CouchDB is a stand-in, which the page names. */
describeWithMachines("another version of CouchDB (a stand-in)", () => {
  let ecs: EcsUser;
  let user: Workbench;
  let first: string;
  let second: string;
  let broken: string;
  const step = story();
  const deploy = (image: string): Promise<string> => {
    user.settings["ECS_COUCHDB_IMAGE"] = image;
    return user.deploy("ecs");
  };
  /** The sentence of a deploy that fails. */
  const refused = async (image: string): Promise<string> => {
    const { exitCode, output } = await user.terraform(["apply", "-auto-approve"], "ecs", { ECS_COUCHDB_IMAGE: image });
    expect(exitCode).toBe(1);
    return unwrapped(output);
  };
  /** Images before which a snapshot was taken, oldest first. */
  const before = async (): Promise<string[]> =>
    (await ecs.snapshots()).map(({ Tags }) => digestOf(tag(Tags, "Before"))).filter((digest) => digest !== "");
  const lines = async (): Promise<Line[]> => {
    const group = "/workbench-local/couchdb";
    return (await user.aws("logs", "filter-log-events", "--log-group-name", group)).events;
  };
  /** The image that runs. */
  const running = async (): Promise<string> => {
    const { taskDefinition, runningCount } = await ecs.service("couchdb");
    expect(runningCount).toBe(1);
    const described = await user.aws("ecs", "describe-task-definition", "--task-definition", taskDefinition);
    return digestOf(described.taskDefinition.containerDefinitions[0].image);
  };
  /** CouchDB's answer to the admin with a password; 000 while it does not answer. */
  const statusFor = async (password: string): Promise<string> => {
    const ask = `curl --silent --output /dev/null --write-out '%{http_code}' --user 'admin:${password}'`;
    return String((await ecs.tryOnHost(`${ask} http://127.0.0.1:5984/_all_dbs`)).all);
  };

  beforeAll(async () => {
    ecs = await EcsUser.start();
    user = ecs.workbench;
    first = user.settings["ECS_COUCHDB_IMAGE"] ?? "";
    second = await ecs.push("couchdb", couchdb, "2", { COUCHDB_VERSION: "3.5.2" });
    // It ends at once.
    broken = await ecs.push("couchdb", couchdb, "3", { NODE_OPTIONS: "--none" });
    await user.deploy("ecs");
  });
  afterAll(() => ecs?.end());

  step(
    "another image is a deploy: a snapshot is taken after the old one ended and before the new one starts",
    async () => {
      await ecs.write("articles", 1, 20);
      await deploy(second);
      expect(await before()).toEqual([second]);
      expect((await ecs.couchdb("GET", "/")).body.version).toBe("3.5.2");
      expect(await ecs.numbers("articles")).toHaveLength(20);
      const [snapshot] = await ecs.snapshots();
      const printed = await lines();
      const allowed = printed.findLast(({ message }) => message.includes(snapshot.SnapshotId));
      const task = allowed?.logStreamName.split("/").at(-1) ?? "none";
      const ofNew = printed.filter(({ logStreamName }) => logStreamName === `ecs/couchdb/${task}`);
      const ofOld = printed.filter(
        ({ logStreamName }) => /^ecs\/couchdb\//.test(logStreamName) && !logStreamName.endsWith(task),
      );
      const order = [
        ofOld.at(-1)?.timestamp ?? 0,
        Date.parse(snapshot.StartTime),
        allowed?.timestamp ?? 0,
        ofNew[0]?.timestamp ?? 0,
      ];
      expect(allowed?.message).toMatch(/the snapshot snap-\w+ was taken before .*@sha256:\w+ opens the files/);
      expect(order).not.toContain(0);
      expect(order).toEqual(order.toSorted((a, b) => a - b));
      await ecs.expectQuietPlan("ecs");
      await ecs.write("articles", 21, 25);
    },
  );

  step("fails when the new one never works: the old one runs, with every document", async () => {
    expect(await refused(broken)).toMatch(
      /couchdb: expected the revision arn:\S+:3, got arn:\S+:2: the new one did not start, so ECS went back to the one before, which runs\./,
    );
    expect(await running()).toBe(second);
    expect(await ecs.numbers("articles")).toHaveLength(25);
    expect(await before()).toEqual([second, broken]);
    expect(await ecs.log("couchdb")).toContain("--none is not allowed in NODE_OPTIONS");
  });

  step("takes one more snapshot in a second try, since the old one ran meanwhile", async () => {
    await refused(broken);
    expect(await before()).toEqual([second, broken, broken]);
    expect(await running()).toBe(second);
  });

  step("fails without a snapshot: the host refuses in one sentence, and the old one runs", async () => {
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
    const withoutRefresh = ["apply", "-auto-approve", "-refresh=false"];
    const { exitCode, output } = await user.terraform(withoutRefresh, "ecs", { ECS_COUCHDB_IMAGE: first });
    await put(PolicyDocument);
    expect(exitCode, output).toBe(1);
    expect(unwrapped(output)).toContain("couchdb: expected the revision");
    expect(await before()).toEqual([second, broken, broken]);
    expect(await ecs.log("couchdb")).toMatch(
      /wait-for-snapshot: no snapshot of vol-\w+ before \S+ opens the files: .*UnauthorizedOperation.*; let the role of the host call ec2:CreateSnapshot and ec2:CreateTags, then deploy again/,
    );
    expect(await running()).toBe(second);
    expect(await ecs.numbers("articles")).toHaveLength(25);
  });

  step("goes back to the old image by a deploy, after a snapshot", async () => {
    await deploy(first);
    expect(await before()).toEqual([second, broken, broken, first]);
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

function tag(tags: readonly { Key: string; Value: string }[], key: string): string {
  return tags.find(({ Key }) => Key === key)?.Value ?? "";
}

function digestOf(image: string): string {
  return image.split("@")[1] ?? "";
}
