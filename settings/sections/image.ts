import { z } from "zod";
import { kmsKeyArn } from "../fields/aws-names";
import { flag, instanceType, section, text, wholeNumber } from "../fields/fields";

const coordinatePhrase = "a name that is a Maven coordinate, such as org.clojure/data.json";

const coordinate = text(/^[\w.-]+\/[\w.-]+$/, coordinatePhrase);

const librariesPhrase = "versions by Maven coordinate, org.clojure/clojure among them";

/**
 * Settings of the image that `packer build packer/workbench` makes. The checked-in template contains the defaults:
 * after changing one here, run `npm run packer:generate`.
 */
export const imageSection = section({
  volumeSizeGiB: wholeNumber(8, 16384, "GiB")
    .default(8)
    .describe(
      "Size of the image's root volume in GiB, at least that of Debian's image. " +
        "A machine's root volume must be at least this large.",
    ),
  instanceTypes: section({
    amd64: instanceType().default("t3.medium").describe("Instance type that builds images for amd64."),
    arm64: instanceType().default("t4g.medium").describe("Instance type that builds images for arm64."),
  }),
  kmsKeyArn: kmsKeyArn()
    .nullable()
    .default(null)
    .describe("Customer managed KMS key of the image's root volume; null: the account's default EBS key."),
  deprecateAfterDays: wholeNumber(1, 3650, "days")
    .default(180)
    .describe("Days until EC2 marks an image as deprecated."),
  libraries: z
    .record(coordinate, text(/^[\w.+-]+$/, "a version").nullable(), {
      error: (issue) => (issue.code === "invalid_key" ? coordinatePhrase : librariesPhrase),
    })
    .refine((libraries) => libraries["org.clojure/clojure"], { error: librariesPhrase })
    .default({
      "org.clojure/clojure": "1.12.6",
      "org.clojure/core.async": "1.9.865",
      "org.clojure/data.csv": "1.1.1",
      "org.clojure/data.json": "2.5.2",
      "org.clojure/tools.logging": "1.3.1",
      "ch.qos.logback/logback-classic": "1.6.6",
      "com.cognitect.aws/api": "0.8.838",
      "com.cognitect.aws/endpoints": "871.2.47.0",
      "com.cognitect.aws/s3": "871.2.46.17",
      "co.elastic.clients/elasticsearch-java": "9.5.2",
    })
    .describe(
      "Clojure libraries in every machine's ~/.m2, on the class path of the REPL and of the notebooks' " +
        "Clojure kernel. null leaves one out. packer/workbench/files/maven.sha256 pins every byte of them; " +
        "packer/README.md says how to renew it.",
    ),
  mavenRepositories: z
    .record(text(/^[\w.-]+$/, "a short name"), text(/^https?:\/\/\S+$/, "a URL"), {
      error: "URLs of Maven repositories by name",
    })
    .default({})
    .describe(
      "Maven repositories in addition to Maven Central and Clojars. " +
        "The names central and clojars replace those two, for example with a mirror.",
    ),
  ssmAgent: section({
    enabled: flag()
      .default(false)
      .describe("Install AWS's Systems Manager agent; packer/README.md says what that needs."),
    fingerprint: text(/^[0-9A-F]{40}$/, "a fingerprint of 40 hexadecimal digits")
      .default("1C5B395CBE5E74E2F1CA21592784DBF388D19D46")
      .describe(
        "Fingerprint of the key that signs the agent. " +
          "The default is AWS's key of June 2026, valid until 25 November 2027.",
      ),
  }),
}).describe(
  "The machine image that packer build packer/workbench makes. " +
    "The checked-in template contains the defaults: after changing one, run npm run packer:generate.",
);
