import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { beforeAll, describe, expect, it } from "vitest";
import { images, loadImageSettings } from "../../packer/images";
import { findPacker, packerEnvironment } from "../../scripts/setup/packer";
import type { CommandError } from "../../scripts/support/command-error";
import { projectRoot } from "../../scripts/support/project";
import { temporaryFolder } from "../temporary-folder";
import { secondImageFiles, secondImageFolder } from "./second-image";

const problem = await findPacker().then(
  () => undefined,
  (error: CommandError) => error.message,
);

/** A folder like `packer/`: the project's own images, and the test's second one with its template. */
let folder: string;
beforeAll(async () => {
  folder = temporaryFolder("templates-");
  cpSync(path.join(projectRoot, "packer"), folder, { recursive: true });
  cpSync(secondImageFolder, folder, { recursive: true });
  for (const { file, text } of await secondImageFiles({})) {
    writeFileSync(path.join(folder, "second", path.basename(file)), text);
  }
});

/** Runs Packer. Returns its exit code, and its output on one line, since Packer breaks lines at any word. */
async function packer(...args: string[]) {
  const { file, pluginPath } = await findPacker();
  const { variables } = packerEnvironment(process.env);
  const { exitCode, all } = await execa(file, args, {
    cwd: folder,
    env: { CHECKPOINT_DISABLE: "1", ...(pluginPath === undefined ? {} : variables) },
    reject: false,
    all: true,
    stdin: "ignore",
    timeout: 600_000,
  });
  return { exitCode, said: all.replaceAll(/\s+/g, " ") };
}

describe.skipIf(problem !== undefined)(problem === undefined ? "Packer" : `Packer (${problem})`, () => {
  it.each([...images(loadImageSettings({ environment: {} })).map(({ name }) => name), "second"])(
    "finds the template of %s formatted and valid",
    async (image) => {
      expect(await packer("fmt", "-check", "-diff", image)).toEqual({ exitCode: 0, said: "" });
      expect(await packer("validate", image)).toEqual({ exitCode: 0, said: "The configuration is valid." });
    },
  );

  it.each([
    [
      "an unknown architecture",
      "architecture=sparc",
      "The variable architecture: expected amd64 or arm64; " +
        "correct ec2.image.architecture in the settings, or -var architecture.",
    ],
    [
      "a disk smaller than Debian's own",
      "volume_size_gib=4",
      "The variable volume_size_gib: expected at least 8, the size of Debian's own image; " +
        "set image.volumeSizeGiB in the settings higher, or -var volume_size_gib.",
    ],
    [
      "a port that only root may open",
      "jupyter_port=80",
      "The variable jupyter_port: expected a port from 1024 to 65535; " +
        "correct services.jupyterPort in the settings, or -var jupyter_port.",
    ],
  ])("fails with one sentence for %s", async (_, variable, sentence) => {
    const { exitCode, said } = await packer("validate", "-var", variable, "workbench");
    expect(exitCode).toBe(1);
    expect(said).toContain(sentence);
  });

  it("fails with its own sentence when it is too old for a template", async () => {
    const template = readFileSync(path.join(folder, "second/second.pkr.hcl"), "utf8");
    mkdirSync(path.join(folder, "newer"));
    writeFileSync(path.join(folder, "newer/newer.pkr.hcl"), template.replace(/(required_version += ">= )1/, "$199"));
    const { exitCode, said } = await packer("validate", "newer");
    expect(exitCode).toBe(1);
    expect(said).toMatch(/required_version += ">= 99\.16\.0"/);
    expect(said).toMatch(/This configuration does not support Packer version \d+\.\d+\.\d+\./);
  });

  it("fails with its own sentence when the plugin is missing", async () => {
    const { file } = await findPacker();
    const { exitCode, stdout, stderr } = await execa(file, ["validate", "second"], {
      cwd: folder,
      env: { CHECKPOINT_DISABLE: "1", PACKER_PLUGIN_PATH: path.join(folder, "no-plugins") },
      reject: false,
    });
    expect(exitCode).toBe(1);
    expect(`${stdout}${stderr}`).toMatch(
      /required, but not installed:\s+\* github\.com\/hashicorp\/amazon ~> 1\.8\.0\s+Did you run packer init/,
    );
  });
});
