import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { temporaryFolder } from "./temporary-folder";

/** Runs vitest on test files, by name, in one process that shares modules. Returns what it leaves in `TMPDIR`. */
async function leftBy(files: Readonly<Record<string, string>>): Promise<string[]> {
  const [root, temporary] = [temporaryFolder("root-"), temporaryFolder("tmpdir-")];
  const setupFiles = [join(__dirname, "remove-temporary-folders.ts")];
  const test = { globals: true, isolate: false, maxWorkers: 1, setupFiles };
  writeFileSync(join(root, "vitest.config.mjs"), `export default { test: ${JSON.stringify(test)} };`);
  for (const [name, source] of Object.entries(files)) {
    const of = (module: string) => JSON.stringify(join(__dirname, module));
    const imports = `import { temporaryFolder } from ${of("temporary-folder")};
      import { temporaryFolder as folderOfProgram } from ${of("../stacks/temporary-folder")};
      import { existsSync, readdirSync } from "node:fs";`;
    writeFileSync(join(root, `${name}.test.ts`), `${imports}\n${source}`);
  }
  const vitest = join(__dirname, "../node_modules/.bin/vitest");
  await execa(vitest, ["run", "--root", root], { env: { TMPDIR: temporary } });
  return readdirSync(temporary);
}

it("a test file's folders exist in its last hook, and nothing is left", async () => {
  const uses = `
    const ofOtherFile = readdirSync(process.env.TMPDIR).filter((name) => name.startsWith("module-"));
    const folder = temporaryFolder("module-");
    test("are gone when the next file begins", () => expect(ofOtherFile).toEqual([]));
    afterAll(() => expect(existsSync(folder)).toBe(true));
    describe("folders", () => {
      const inner = temporaryFolder("describe-");
      afterAll(() => expect(existsSync(inner)).toBe(true));
      test("exist", () => {
        for (const each of [folder, inner, temporaryFolder("test-"), folderOfProgram()]) {
          expect(existsSync(each)).toBe(true);
        }
      });
    });`;
  const skipped = `describe.skip("folders", () => { temporaryFolder("skipped-"); test("exist", () => {}); });`;
  expect(await leftBy({ first: uses, second: uses, third: skipped })).toEqual([]);
});
