/**
 * @module-tag ebs
 * @module-tag state
 * @memory 600 MiB
 * @minutes 3
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { projectRoot } from "../../../scripts/support/project";
import { accountContents } from "../leftovers";
import { unwrapped } from "../said";
import { story } from "../steps";
import { Workbench } from "../workbench";

/**
 * A state that began in a file moves into the bucket. A team shares it there, and no member overwrites another's state.
 */
describe("a state that moves into S3", () => {
  let user: Workbench;
  let colleague: Workbench;
  let volumeId: string;
  const step = story();
  const outputs = async (who: Workbench) =>
    JSON.parse((await who.terraform(["output", "-json"], "ebs")).output) as Record<string, { value: unknown }>;

  beforeAll(async () => {
    user = await Workbench.start();
    await user.deploy("ebs");
    volumeId = (await user.outputs("ebs"))["volume_id"] ?? "";
    await user.deploy("state");
  });
  afterAll(() => user?.end());

  step(
    "the bucket's own plan is empty, and destroying it is refused with a message that says how to retire it on purpose",
    async () => {
      expect((await user.plan("state")).changes).toBe("");
      const { exitCode, output } = await user.cdktf("destroy", ["state"]);
      expect(exitCode).not.toBe(0);
      expect(unwrapped(output)).toContain(
        "destroy: state.preventDestroy protects the state bucket, so nothing was destroyed. " +
          "To retire it on purpose, run " +
          "`npm run local -- env WORKBENCH_STATE_PREVENT_DESTROY=false npx cdktf destroy state`. " +
          "S3 refuses this while the bucket holds a state.",
      );
    },
  );

  step("a deploy that only names the bucket is refused, and makes no second volume", async () => {
    user.settings["STATE_BUCKET"] = (await user.outputs("state"))["bucket"] ?? "";
    expect((await user.cdktf("deploy", ["ebs"])).exitCode).not.toBe(0);
    expect(unwrapped((await user.terraform(["plan"], "ebs")).output)).toContain(
      "A change in the backend configuration has been detected",
    );
    expect((await accountContents(user)).filter((name) => name.startsWith("vol-"))).toEqual([volumeId]);
  });

  step("--migrate-state moves the state, and nothing else changes", async () => {
    await user.mustCdktf("deploy", ["ebs", "--migrate-state"]);
    expect((await outputs(user))["volume_id"]?.value).toBe(volumeId);
    expect((await user.plan("ebs")).changes).toBe("");
  });

  step("a colleague finds the same state", async () => {
    colleague = user.another(user.settings["PROJECT"] ?? "workbench");
    expect((await outputs(colleague))["volume_id"]?.value).toBe(volumeId);
    expect((await colleague.plan("ebs")).changes).toBe("");
  });

  step("while one deploys, the other is refused and told who it is", async () => {
    const size = { EBS_VOLUME_SIZE_GIB: "2" };
    Object.assign(user.settings, size);
    Object.assign(colleague.settings, size);
    const { exitCode, output } = await whileStopped(user, "aws_ebs_volume.data_volume: Modifying", () =>
      colleague.terraform(["apply", "-auto-approve"], "ebs"),
    );
    expect(exitCode).toBe(1);
    expect(unwrapped(output)).toMatch(/Error acquiring the state lock.*Operation: OperationTypeApply Who: /);
  });

  step("a deploy that was killed leaves the lock; the documented command removes it", async () => {
    const refused = await user.terraform(["plan"], "ebs");
    const [, lock = ""] = /Lock Info: ID: (\S+)/.exec(unwrapped(refused.output)) ?? [];
    const unlocked = await user.terraform(["force-unlock", "-force", lock], "ebs");
    expect(unlocked.exitCode).toBe(0);
    await colleague.deploy("ebs");
    expect((await outputs(user))["size_gib"]?.value).toBe(2);
    expect((await user.plan("ebs")).changes).toBe("");
  });

  step("the stack is destroyed with its state in the bucket", async () => {
    await colleague.destroy("ebs", { EBS_PREVENT_DESTROY: "false" });
    expect((await accountContents(user)).filter((name) => name.startsWith("vol-"))).toEqual([]);
  });

  step("S3 refuses to delete a bucket that holds something, even without state.preventDestroy", async () => {
    const { exitCode } = await user.cdktf("destroy", ["state"], { STATE_PREVENT_DESTROY: "false" });
    expect(exitCode).not.toBe(0);
    expect(await accountContents(user)).toContain(user.settings["STATE_BUCKET"]);
    await user.deploy("state");
    expect((await user.plan("state")).changes).toBe("");
  });

  step(
    "retired with the commands of stacks/state/README.md, it leaves the volume's last snapshot and nothing else",
    async () => {
      const documented = readFileSync(path.join(projectRoot, "stacks", "state", "README.md"), "utf8");
      const [, commands = ""] = /^## Retiring it on purpose$.*?^```sh\n(.*?)^```/ms.exec(documented) ?? [];
      const { exitCode, output } = await user.bash(
        commands
          .replace("workbench-default-state-123456789012", user.settings["STATE_BUCKET"] ?? "")
          .replace("cdktf destroy state", "$& --auto-approve"),
      );
      expect(exitCode, output).toBe(0);
      expect(await accountContents(user)).toEqual([expect.stringMatching(/^snap-/)]);
    },
  );
});

/** Stops (SIGSTOP) the apply of `ebs` when it says `when`, runs `work`, then kills the apply. */
async function whileStopped<T>(user: Workbench, when: string, work: () => Promise<T>): Promise<T> {
  expect((await user.plan("ebs")).changes).not.toBe("");
  const running = user.beginTerraform("apply", "ebs");
  const group = -(running.pid ?? 0);
  await new Promise<void>((resolve, reject) => {
    let said = "";
    running.all?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes(when)) resolve();
    });
    running.finally(() => reject(new Error(`expected "${when}", got:\n${said.slice(-2000)}`)));
  });
  process.kill(group, "SIGSTOP");
  try {
    return await work();
  } finally {
    process.kill(group, "SIGKILL");
    await running;
  }
}
