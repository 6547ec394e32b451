import { missingAllowFrom } from "../../settings/sections/ssh";
import { defineStack } from "../define-stack";
import { machineSteps } from "./next-steps";
import { ec2Section, ec2Shares } from "./settings";

/** The development machine with the data volume mounted. */
export const ec2 = defineStack({
  name: "ec2",
  section: ec2Section,
  shares: ec2Shares,
  after: ["ebs"],
  needs: ["machines"],
  rules: ({ ec2, image }, report) => {
    const sizeGiB = ec2?.rootVolumeSizeGiB;
    const imageGiB = image?.volumeSizeGiB;
    if (ec2?.image?.source === "workbench" && sizeGiB !== undefined && imageGiB !== undefined && sizeGiB < imageGiB) {
      report(["ec2", "rootVolumeSizeGiB"], sizeGiB, `at least image.volumeSizeGiB, which is ${imageGiB}`);
    }
  },
  missing: missingAllowFrom,
  logsIn: ({ ssh, ec2 }, verb) => {
    if (verb !== "destroy") return { ssh, to: "mount the data volume" };
    return ec2.unmountOverSsh ? { ssh, to: "unmount the data volume" } : undefined;
  },
  image: {
    folder: "workbench",
    setting: "ec2.image.source",
    ownValue: "workbench",
    fallbackValue: "debian",
    accountValues: ["id"],
    architectureSetting: "ec2.image.architecture",
    machines: ({ ec2 }) => ({
      architecture: ec2.image.architecture,
      subnetId: ec2.subnetId ?? undefined,
      publicAddress: ec2.elasticAddress,
      mountPoint: ec2.mount.mountPoint,
    }),
  },
  sshAddress: "address",
  nextSteps: machineSteps,
  load: async () => (await import("./stack")).Ec2Stack,
});
