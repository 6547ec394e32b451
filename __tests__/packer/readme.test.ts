import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { loadImageSettings } from "../../packer/images";

const packer = join(__dirname, "../../packer");
const read = (file: string): string => readFileSync(join(packer, file), "utf8");

it("packer/README.md says the versions and ports that the image has", () => {
  const pinned = (name: string): string =>
    new RegExp(`^${name}==(\\S+)`, "m").exec(read("workbench/files/jupyter/requirements.txt"))?.[1] ?? `no ${name}`;
  const { image, services } = loadImageSettings({ environment: {} });
  const readme = read("README.md");
  expect(readme).toContain(`| Clojure | ${image.libraries["org.clojure/clojure"]},`);
  expect(readme).toContain(`${pinned("jupyterlab")}, ipykernel ${pinned("ipykernel").replace(/\.\d+$/, "")} on Python`);
  expect(readme).toContain(`| BeakerX ${pinned("beakerx-kernel-clojure")} on`);
  expect(readme).toContain(`| ${services.nreplPort} (\`services.nreplPort\`)`);
  expect(readme).toContain(`| ${services.jupyterPort} (\`services.jupyterPort\`)`);
  expect(readme).toContain(`on a disk of ${image.volumeSizeGiB} GiB`);
  expect(readme).toContain(`deprecated after ${image.deprecateAfterDays} days`);
});
