import { chmodSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, expect, test } from "vitest";
import { findTerraform } from "../../../scripts/setup/terraform";
import { temporaryFolder } from "../../temporary-folder";

let directory: string;
beforeEach(() => {
  directory = temporaryFolder("terraform-");
});

/** Puts a terraform on the PATH that answers `version -json` with a shell script's output. */
function fake(script: string): NodeJS.ProcessEnv {
  const file = path.join(directory, "terraform");
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return { PATH: directory, HOME: directory, TF_CLI_ARGS: "-hostile" };
}

const answers = (version: string) => fake(`echo '{"terraform_version":"${version}","platform":"linux_arm64"}'`);

test.each(["1.11.0", "1.11.4", "1.12.0-beta1", "2.0.0"])("%s will do", async (version) => {
  expect(await findTerraform(answers(version))).toEqual({
    file: path.join(directory, "terraform"),
    version,
    platform: "linux_arm64",
  });
});

test("runs without the caller's variables", async () => {
  const environment = fake(`[ -z "$TF_CLI_ARGS" ] && echo '{"terraform_version":"1.11.0","platform":"p"}'`);
  expect((await findTerraform(environment)).platform).toBe("p");
});

test.each(["1.10.5", "0.15.0"])("fails with one sentence when it is %s", async (version) => {
  await expect(findTerraform(answers(version))).rejects.toThrow(
    new RegExp(
      `^/\\S+/terraform is Terraform ${version}: Workbench needs 1\\.11 or newer; ` +
        "install it from \\S+ and run the command again$",
    ),
  );
});

test("fails with one sentence when it is missing", async () => {
  await expect(findTerraform({ PATH: directory })).rejects.toThrow(
    /^terraform is not on the PATH: Workbench needs 1\.11 or newer; install it from https:\S+ and run the command again$/,
  );
});

test.each([
  ["does not print JSON", "echo Terraform v1.11.4"],
  ["crashes", "exit 139"],
])("fails with one sentence when it %s", async (_name, script) => {
  await expect(findTerraform(fake(script))).rejects.toThrow(
    /^\S+ did not say its version \(.*\): Workbench needs Terraform 1\.11/s,
  );
});
