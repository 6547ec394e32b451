import { execa } from "execa";
import { expect, test } from "vitest";
import { venvPython } from "../../../scripts/setup/python-env";
import { projectRoot } from "../../../scripts/support/project";

test("Terraform deploys, changes and destroys a cluster, desktops and load balancers", async () => {
  const file = "__tests__/scripts/local-aws/deep_terraform.py";
  const args = ["-m", "pytest", "-c", "scripts/local-aws/pyproject.toml", "-q", file];
  const { exitCode, stdout } = await execa(venvPython, args, { cwd: projectRoot, reject: false });
  expect(exitCode, stdout).toBe(0);
});
