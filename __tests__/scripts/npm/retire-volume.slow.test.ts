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
  test("without a stack and a number prints its usage", async () => {
    const { exitCode, stderr } = await retire("--stack", "ebs");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("usage: npm run volume:retire -- --stack NAME --index N");
  });

  test.each([
    ["0", 'error: --index: expected the number of the last volume, from 1 to 9999, got "0"'],
    ["last", 'error: --index: expected the number of the last volume, from 1 to 9999, got "last"'],
    ["1", 'error: --stack: expected a stack with numbered data volumes (there is none), got "ebs"'],
  ])("fails for volume %s of ebs with one sentence", async (index, sentence) => {
    const { exitCode, stderr } = await retire("--stack", "ebs", "--index", index);
    expect(exitCode).toBe(2);
    expect(stderr.trim()).toBe(sentence);
  });
});
