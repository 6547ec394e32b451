import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import type { ContainerImage } from "../../../scripts/containers/container-image";
import { temporaryFolder } from "../../temporary-folder";

/** An image of one small file: what is pushed makes no difference here. */
export async function smallImage(text: string): Promise<ContainerImage> {
  const folder = temporaryFolder("small-");
  const layout = path.join(folder, "layout");
  mkdirSync(path.join(folder, "root"));
  writeFileSync(path.join(folder, "root", "file"), text);
  await execa("umoci", ["init", "--layout", layout]);
  await execa("umoci", ["new", "--image", `${layout}:latest`]);
  await execa("umoci", ["insert", "--image", `${layout}:latest`, path.join(folder, "root"), "/root"]);
  const { stdout } = await execa("skopeo", ["inspect", "--format", "{{.Digest}}", `oci:${layout}:latest`]);
  return { layout, digest: stdout };
}
