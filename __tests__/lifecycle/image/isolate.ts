import { readdirSync } from "node:fs";
import { execa } from "execa";
import { until } from "../until";

/** Cuts a machine off from the network, also one that is about to boot; this computer can still log in. */
export async function isolate(instanceId: string): Promise<void> {
  const namespace = await until(`the network of ${instanceId}`, async () =>
    readdirSync("/run/netns").find((name) => name.endsWith(instanceId)),
  );
  // In two halves: each new address would bring a default route back.
  for (const half of ["0.0.0.0/1", "128.0.0.0/1"]) {
    await execa("ip", ["-n", namespace, "route", "replace", "unreachable", half]);
  }
}
