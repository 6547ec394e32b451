import type { Volume } from "./volume";

/** With a device file of that name for the volume, as Xen has it. */
export async function withXenNode(volume: Volume, path: string, use: () => Promise<unknown>): Promise<void> {
  const [major = "", minor = ""] = (await volume.machine.must("stat", "-c", "%Hr %Lr", volume.device.path)).split(" ");
  await volume.machine.must("mknod", path, "b", major, minor);
  try {
    await use();
  } finally {
    await volume.machine.must("rm", path);
  }
}
