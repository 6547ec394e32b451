import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { forgetOtherEnvironment } from "../../guards/other-environment";
import { temporaryFolder } from "../temporary-folder";

/**
 * Makes a working directory with Terraform's record of its backend. Returns whether the record stays for `environment`.
 */
function keepsRecord(config: object, environment: string): boolean {
  const directory = temporaryFolder("stack-");
  const record = join(directory, ".terraform", "terraform.tfstate");
  mkdirSync(join(directory, ".terraform"));
  writeFileSync(record, JSON.stringify({ version: 3, backend: { type: "local", config } }));
  forgetOtherEnvironment(directory, { project: "workbench", environment });
  return existsSync(record);
}

describe("forgetOtherEnvironment", () => {
  it("forgets the backend of another environment", () => {
    expect(keepsRecord({ path: "../../../state/mine/ebs.tfstate" }, "restored")).toBe(false);
    expect(keepsRecord({ bucket: "b", key: "workbench/mine/ebs.tfstate" }, "restored")).toBe(false);
  });

  it("forgets another project's backend in the same bucket, which a migration would overwrite", () => {
    expect(keepsRecord({ bucket: "b", key: "theirs/mine/ebs.tfstate" }, "mine")).toBe(false);
  });

  it("keeps the backend of this environment, so that Terraform asks about a moved state", () => {
    expect(keepsRecord({ path: "../../../state/mine/ebs.tfstate" }, "mine")).toBe(true);
    expect(keepsRecord({ bucket: "b", key: "workbench/mine/ebs.tfstate" }, "mine")).toBe(true);
  });

  it("does nothing before the first init", () => {
    expect(() =>
      forgetOtherEnvironment(temporaryFolder("stack-"), { project: "workbench", environment: "mine" }),
    ).not.toThrow();
  });
});
