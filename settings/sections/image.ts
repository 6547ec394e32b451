import { z } from "zod";
import { flag, instanceType, kmsKeyArn, section, text, wholeNumber } from "../fields/fields";

const coordinatePhrase = "a name that is a Maven coordinate, such as org.clojure/data.json";

const coordinate = text(/^[\w.-]+\/[\w.-]+$/, coordinatePhrase);

const librariesPhrase = "versions by Maven coordinate, org.clojure/clojure among them";

/** What `packer build packer/workbench` makes; the image has the ports and the mount point of the machine's own settings. */
export const imageSettings = section({
  volumeSizeGiB: wholeNumber(8, 16384, "GiB").describe(
    "Size of the image's root volume in GiB, at least that of Debian's image; a machine's is at least as large.",
  ),
  instanceTypes: section({
    amd64: instanceType().describe("Instance type that builds images for amd64."),
    arm64: instanceType().describe("Instance type that builds images for arm64."),
  }),
  kmsKeyArn: kmsKeyArn()
    .nullable()
    .describe("Customer managed KMS key of the image's root volume; null: the account's EBS key."),
  deprecateAfterDays: wholeNumber(1, 3650, "days").describe("Days after which EC2 calls an image deprecated."),
  libraries: z
    .record(coordinate, text(/^[\w.+-]+$/, "a version").nullable(), {
      error: (issue) => (issue.code === "invalid_key" ? coordinatePhrase : librariesPhrase),
    })
    .refine((libraries) => libraries["org.clojure/clojure"], { error: librariesPhrase })
    .describe("Clojure libraries of the home project, ready in ~/.m2; null leaves one out."),
  mavenRepositories: z
    .record(text(/^[\w.-]+$/, "a short name"), text(/^https?:\/\/\S+$/, "a URL"), {
      error: "URLs of Maven repositories by name",
    })
    .describe("Maven repositories beside Maven Central and Clojars; the names central and clojars replace those."),
  ssmAgent: section({
    enabled: flag().describe("Install AWS's Systems Manager agent; packer/README.md says what it needs."),
    fingerprint: text(/^[0-9A-F]{40}$/, "a fingerprint of 40 hexadecimal digits").describe(
      "Fingerprint of the key that signs the agent.",
    ),
  }),
});
