import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findPacker } from "../../scripts/setup/packer";
import type { CommandError } from "../../scripts/support/command-error";
import { projectRoot } from "../../scripts/support/project";
import { ApiOnly } from "../scripts/npm/api-only";

const problem = await findPacker().then(
  () => undefined,
  (error: CommandError) => error.message,
);

describe.skipIf(problem !== undefined)(
  problem === undefined ? "where Debian publishes no image" : `where Debian publishes no image (${problem})`,
  () => {
    let api: ApiOnly;
    beforeAll(async () => {
      api = await ApiOnly.make();
      const forget = `for image in $(aws ec2 describe-images --owners 136693071363 --query 'Images[].ImageId' --output text); do
        aws ec2 deregister-image --image-id "$image"
      done`;
      expect((await api.run("local", ["bash", "-ec", forget])).exitCode).toBe(0);
    });
    afterAll(() => api?.remove());

    it("packer build fails, names the filter and the line of the template with the fix, and leaves nothing", async () => {
      const folder = path.join(projectRoot, "packer/workbench");
      const build = await api.run("local", ["packer", "build", "-color=false", folder]);
      expect(build.exitCode).toBe(1);
      expect(build.all).toMatch(/No AMI was found matching filters: .*debian-13-amd64-\*/);
      const [, line] = /workbench\.pkr\.hcl line (\d+)/.exec(String(build.all)) ?? [];
      const template = readFileSync(path.join(folder, "workbench.pkr.hcl"), "utf8").split("\n");
      expect(template[Number(line)]).toContain("Debian publishes none for this architecture in this region. Correct");
      const instances = ["aws", "ec2", "describe-instances", "--query", "Reservations", "--output", "text"];
      expect((await api.run("local", instances)).stdout).toBe("");
    });
  },
);
