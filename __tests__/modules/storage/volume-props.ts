import type { VolumeBlockProps } from "../../../modules/storage/volume-block";

/** Properties that every test of a volume needs, and that none is about. */
export const someVolume = {
  holds: "what a test keeps",
  availabilityZone: { value: "eu-west-1a", setting: "aws.availabilityZone" },
  volumeSizeGiB: { value: 20, setting: "test.volumeSizeGiB" },
  volumeType: "gp3",
  toDetach: "destroy the machine",
} as const satisfies VolumeBlockProps;
