import { writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, expect, test } from "vitest";
import {
  cliConfiguration,
  pinnedProvider,
  readTerraformSetup,
  type TerraformSetup,
} from "../../../scripts/setup/terraform-cli-config";
import { temporaryFolder } from "../../temporary-folder";

const setup: TerraformSetup = {
  terraform: { file: "/usr/bin/terraform", version: "1.11.4", platform: "linux_amd64" },
  fingerprint: "/usr/bin/terraform 1 2",
  provider: { source: "registry.terraform.io/hashicorp/aws", version: "5.100.0" },
  mirror: { path: "/mirror", layout: "unpacked" },
};
const withoutFacts = (text: string) => text.split("\n").slice(2).join("\n");

let directory: string;
beforeEach(() => {
  directory = temporaryFolder("terraform-cli-config-");
});

test("Terraform links to the unpacked provider, and fetches all others from their registry", () => {
  expect(withoutFacts(cliConfiguration(setup))).toBe(`disable_checkpoint = true
provider_installation {
  filesystem_mirror {
    path    = "/mirror"
    include = ["registry.terraform.io/hashicorp/aws"]
  }
  direct {
    exclude = ["registry.terraform.io/hashicorp/aws"]
  }
}
`);
});

test("paths are quoted", () => {
  const mirror = { ...setup.mirror, path: 'C:\\a "b"' };
  expect(cliConfiguration({ ...setup, mirror })).toContain('path    = "C:\\\\a \\"b\\""');
});

test("the recorded set-up is read back, and another file is not mistaken for one", () => {
  const file = path.join(directory, "terraform.rc");
  expect(readTerraformSetup(file)).toBeUndefined();
  writeFileSync(file, "disable_checkpoint = true\n");
  expect(readTerraformSetup(file)).toBeUndefined();
  writeFileSync(file, cliConfiguration(setup));
  expect(readTerraformSetup(file)).toEqual(setup);
});

test("the provider's version is the one from which the installed package is generated", () => {
  expect(pinnedProvider()).toEqual({
    source: "registry.terraform.io/hashicorp/aws",
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
  });
});
