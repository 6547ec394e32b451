import { existsSync } from "node:fs";
import type { Volume } from "./volume";

/** Two letters that no disk of this computer ends in, since all test runs share its /dev. */
export function freeLetters(): string {
  const letter = () => String.fromCharCode("a".charCodeAt(0) + Math.floor(Math.random() * 26));
  for (;;) {
    const letters = `${letter()}${letter()}`;
    if (!existsSync(`/dev/xvd${letters}`) && !existsSync(`/dev/sd${letters}`)) return letters;
  }
}

/** Runs `use` while the volume has a device file of that name, as on Xen. */
export async function withXenNode(volume: Volume, path: string, use: () => Promise<unknown>): Promise<void> {
  const [major = "", minor = ""] = (await volume.machine.must("stat", "-c", "%Hr %Lr", volume.device.path)).split(" ");
  await volume.machine.must("mknod", path, "b", major, minor);
  try {
    await use();
  } finally {
    await volume.machine.must("rm", path);
  }
}
