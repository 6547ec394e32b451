import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { projectRoot } from "../../../scripts/support/project";

/** `npm run volume:retire -- <args>`, with nothing that leads to an account. */
const retire = (...args: string[]) =>
  execa(process.execPath, ["scripts/setup/bootstrap.cjs", "scripts/npm/retire-volume.ts", ...args], {
    cwd: projectRoot,
    env: { PATH: process.env["PATH"] },
    extendEnv: false,
    reject: false,
    stdin: "ignore",
    timeout: 600_000,
  });

/** What it does with volumes is in the story of numbered data volumes. */
describe("npm run volume:retire", () => {
  test("fails without a number with one sentence", async () => {
    const { exitCode, stderr } = await retire("--stack", "ebs");
    expect(exitCode).toBe(2);
    expect(stderr).toBe(
      "error: expected --stack and --index, got only --stack; " +
        "usage: npm run volume:retire -- --stack NAME --index N [--yes]",
    );
  });

  test("fails for ebs, whose volume has no number, with one sentence", async () => {
    const { exitCode, stderr } = await retire("--stack", "ebs", "--index", "1");
    expect(exitCode).toBe(2);
    expect(stderr).toBe(
      'error: --stack: expected a stack with numbered data volumes (there is none), got "ebs"; ' +
        "stacks/ebs/README.md says how to retire what that stack keeps",
    );
  });

  test("fails without the two dashes, and says so", async () => {
    const { exitCode, stderr } = await execa("npm", ["run", "--silent", "volume:retire", "--stack", "ebs"], {
      cwd: projectRoot,
      reject: false,
      stdin: "ignore",
      timeout: 600_000,
    });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      "error: expected `--` before --stack, without which npm takes what follows; usage: npm run",
    );
  });
});
