import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { copiesCommand, synthCommands } from "../../../scripts/bench/commands";
import { measure } from "../../../scripts/bench/measure";

const temporary = mkdtempSync(path.join(tmpdir(), "bench-"));
afterAll(() => rmSync(temporary, { recursive: true }));

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
