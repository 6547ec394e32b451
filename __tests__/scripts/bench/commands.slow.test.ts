import { existsSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { copiesCommand, synthCommands } from "../../../scripts/bench/commands";
import { measure } from "../../../scripts/bench/measure";
import { temporaryFolder } from "../../temporary-folder";

const temporary = temporaryFolder("bench-");

/** Without these tests, only the next user of the bench would find out that a command is broken. */
describe("the commands of the bench", () => {
  const { floor, app, cdktf, template } = synthCommands(temporary);

  test.each([app, cdktf, template])("$name writes the stacks", async (command) => {
    expect((await measure(command, temporary)).wallMs).toBeGreaterThan(0);
    expect(existsSync(path.join(command.env["CDKTF_OUTDIR"] ?? "", "stacks", "ebs", "cdk.tf.json"))).toBe(true);
  });

  test("the floor writes its file, and the copies run", async () => {
    await measure(floor, temporary);
    expect(existsSync(path.join(temporary, "floor.json"))).toBe(true);
    await measure(copiesCommand(2, temporary), temporary);
  });
});
