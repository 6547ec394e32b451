import { chmodSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { readBuildContext } from "../../../scripts/release/build-context";
import { temporaryFolder } from "../../temporary-folder";

/** A context of some files. */
function contextOf(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder("context-");
  for (const [name, text] of Object.entries({ Dockerfile: "FROM scratch\nCOPY . /\n", ...files })) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

const salt = ["linux/amd64"];
const fingerprint = async (folder: string) => (await readBuildContext(folder, { salt })).fingerprint;
const files = { "src/app.js": "1", "run.sh": "exit" };

describe("the fingerprint of a context", () => {
  test("is the same for the same files, wherever they are and whenever they were written", async () => {
    const [one, other] = [contextOf(files), contextOf(files)];
    utimesSync(path.join(other, "run.sh"), 1, 1);
    chmodSync(path.join(other, "run.sh"), 0o600);
    expect(await fingerprint(one)).toMatch(/^[0-9a-f]{16}$/);
    expect(await fingerprint(other)).toBe(await fingerprint(one));
  });

  test.each<[string, (folder: string) => void]>([
    ["a content", (folder) => writeFileSync(path.join(folder, "src/app.js"), "2")],
    ["a name", (folder) => writeFileSync(path.join(folder, "src/more.js"), "")],
    ["an empty folder", (folder) => mkdirSync(path.join(folder, "empty"))],
    ["the right to run a file", (folder) => chmodSync(path.join(folder, "run.sh"), 0o755)],
    ["a link", (folder) => symlinkSync("src", path.join(folder, "link"))],
    ["the Dockerfile", (folder) => writeFileSync(path.join(folder, "Dockerfile"), "FROM scratch\n")],
  ])("changes with %s", async (_, change) => {
    const folder = contextOf(files);
    const before = await fingerprint(folder);
    change(folder);
    expect(await fingerprint(folder)).not.toBe(before);
  });

  test("changes with the platform", async () => {
    const folder = contextOf(files);
    const other = await readBuildContext(folder, { salt: ["linux/arm64"] });
    expect(other.fingerprint).not.toBe(await fingerprint(folder));
  });

  test.each([
    ["in a folder that .dockerignore names", "node_modules\n", "node_modules/x/index.js", true],
    ["that a pattern names", "**/*.log\n", "src/run.log", true],
    ["that an exception takes in again", "node_modules\n!node_modules/x\n", "node_modules/x/index.js", false],
    ["that nothing names", "dist\n", "src/more.js", false],
  ])("of a file %s: left out, %s", async (_, ignore, name, isLeftOut) => {
    const without = contextOf({ ...files, ".dockerignore": ignore });
    const withIt = contextOf({ ...files, ".dockerignore": ignore, [name]: "more" });
    expect((await fingerprint(withIt)) === (await fingerprint(without))).toBe(isLeftOut);
  });

  test("goes by Dockerfile.dockerignore where there is one", async () => {
    const both = { ".dockerignore": "", "Dockerfile.dockerignore": "secret.txt\n" };
    expect(await fingerprint(contextOf({ ...both, "secret.txt": "1" }))).toBe(await fingerprint(contextOf(both)));
  });

  test("fails: no folder, in one sentence", async () => {
    const folder = path.join(temporaryFolder("context-"), "none");
    await expect(fingerprint(folder)).rejects.toThrow(`--context: expected a folder, got ${folder}`);
  });

  test("fails: no Dockerfile, in one sentence", async () => {
    const folder = temporaryFolder("context-");
    await expect(fingerprint(folder)).rejects.toThrow(
      `--context: expected a Dockerfile in ${folder}, got none; write one, or name another folder`,
    );
  });
});
