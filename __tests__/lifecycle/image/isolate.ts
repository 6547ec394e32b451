import { readdirSync } from "node:fs";
import { execa } from "execa";

/** Cuts a machine off from the network; this computer can still log in. */
export async function isolate(instanceId: string): Promise<void> {
  const namespace = readdirSync("/run/netns").find((name) => name.endsWith(instanceId)) ?? instanceId;
  // In two halves: each new address would bring a default route back.
  for (const half of ["0.0.0.0/1", "128.0.0.0/1"]) {
    await execa("ip", ["-n", namespace, "route", "replace", "unreachable", half]);
  }
}
