import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, expect, test } from "vitest";
import { findPython } from "../../../scripts/setup/python-env";
import { projectRoot } from "../../../scripts/support/project";
import { temporaryFolder } from "../../temporary-folder";

let directory: string;
beforeEach(() => {
  directory = temporaryFolder("python-");
});

/** Puts a python3 on the PATH that always prints the same. */
function fake(script: string): NodeJS.ProcessEnv {
  const file = path.join(directory, "python3");
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return { PATH: directory };
}

test.each(["3.11", "3.13", "4.0"])("%s will do", async (version) => {
  expect(await findPython(fake(`echo ${version}`))).toBe(path.join(directory, "python3"));
});

test.each(["3.10", "3.9", "2.7"])("fails with one sentence when it is %s", async (version) => {
  await expect(findPython(fake(`echo ${version}`))).rejects.toThrow(
    `is Python ${version}: the local AWS needs 3.11 or newer; install it and put it first on the PATH`,
  );
});

test("fails with one sentence when it is a shim that cannot run", async () => {
  await expect(findPython(fake("exit 127"))).rejects.toThrow(
    "is Python of an unknown version: the local AWS needs 3.11",
  );
});

test("fails with one sentence when it is missing", async () => {
  await expect(findPython({ PATH: directory })).rejects.toThrow(
    /^python3 is not installed: the local AWS needs Python 3\.11 or newer; install it and run the command again$/,
  );
});

test("the project's Python environment has every package of the local AWS, in the same version", () => {
  const [server, project] = ["local-aws", "setup"].map((folder) =>
    readFileSync(path.join(projectRoot, "scripts", folder, "requirements.txt"), "utf8").match(/^\S+==\S+/gm),
  );
  expect(project).toEqual(expect.arrayContaining(server ?? ["a package"]));
});
