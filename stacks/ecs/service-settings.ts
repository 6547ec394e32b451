import { z } from "zod";
import { secretArn } from "../../settings/fields/aws-names";
import { absolutePath, listOf, oneOf, port, section, text, wholeNumber } from "../../settings/fields/fields";
import { statement } from "../../settings/fields/statement";

const digest = "sha256:[0-9a-f]{64}";

/** An image by its digest: in the repository of its service, or anywhere. Never a tag, which can change. */
export const image = () =>
  text(
    new RegExp(`^(${digest}|[a-z0-9.-]+(:\\d+)?(/[a-z0-9._-]+)+@${digest})$`),
    "a digest (sha256:…) of the service's own repository, or an image elsewhere by its digest, " +
      "such as public.ecr.aws/docker/library/couchdb@sha256:…",
  );

const variable = text(/^[A-Za-z_][A-Za-z0-9_]*$/, "a name of an environment variable");
const variablePhrase = "by name of environment variable";

/** How ECS asks a container whether it is healthy. */
const healthCheck = section({
  command: text(/^\P{C}+$/u, "a command for the shell of the image").describe("Command for the shell of the image."),
  intervalSec: wholeNumber(5, 300, "seconds").default(10).describe("Seconds between two checks."),
  timeoutSec: wholeNumber(2, 60, "seconds").default(5).describe("Seconds that a check may take."),
  retries: wholeNumber(1, 10).default(3).describe("Failed checks after which the container is unhealthy."),
  startPeriodSec: wholeNumber(0, 300, "seconds").default(30).describe("Seconds in which failed checks do not count."),
});

/** ECS on EC2 may accept more seconds, but its documentation promises no more. */
export const longestStopTimeoutSec = 120;

/** How long a container has to end. */
export const stopTimeoutSec = (value: number) =>
  wholeNumber(2, longestStopTimeoutSec, "seconds")
    .default(value)
    .describe("Seconds that a container has to end after SIGTERM.");

/** Memory of a container. */
export const memoryMiB = (value: number) =>
  wholeNumber(6, 1_000_000, "MiB")
    .default(value)
    .describe("Memory of the container in MiB. One that needs more is ended.");

/** Settings of a service that somebody adds. */
export const serviceSection = section({
  image: image()
    .nullable()
    .default(null)
    .describe(
      "Image by its digest, in the service's own repository or elsewhere; null: what `npm run release` released last.",
    ),
  memoryMiB: memoryMiB(512),
  ports: listOf(
    section({
      containerPort: port().describe("Port in the container."),
      hostPort: port().nullable().default(null).describe("Port of the host; null: the same as in the container."),
    }),
    "ports with containerPort and hostPort",
  )
    .default([])
    .describe(
      "TCP ports that the host and its containers reach: containerPort, and hostPort if it differs. " +
        "No security group opens them.",
    ),
  user: text(/^\d{1,10}(:\d{1,10})?$/, 'a user id such as "1000", or with its group "1000:100"')
    .nullable()
    .default(null)
    .describe("User id of the program, and owner of its folders on the volume; null: the image's, and root."),
  environment: z
    .record(variable, z.string({ error: "text" }), { error: `texts ${variablePhrase}` })
    .default({})
    .describe("Environment variables. They are no secrets: plan, state and task definition have them."),
  secrets: z
    .record(variable, secretArn(), { error: `ARNs of secrets ${variablePhrase}` })
    .default({})
    .describe("Secrets of Secrets Manager in environment variables: ARN by variable."),
  secretsFile: text(/^[\w!.*'()/-]{1,1024}$/, "the key of an object in S3")
    .nullable()
    .default(null)
    .describe(
      "Object in the bucket of ecs-data that the service reads through its role. " +
        "The container finds bucket and key in SECRETS_BUCKET and SECRETS_KEY.",
    ),
  mounts: listOf(
    section({
      hostPath: absolutePath().describe("Folder on the volume, below ecs.mountPoint; made for the service."),
      containerPath: absolutePath().describe("Where the container sees it."),
      access: oneOf(["readWrite", "readOnly"]).default("readWrite").describe("What the container may do there."),
    }),
    "mounts with hostPath and containerPath",
  )
    .default([])
    .describe(
      "Folders of the data volume: hostPath, containerPath, access (readWrite or readOnly; default readWrite). " +
        "Another folder replaces the host.",
    ),
  queues: listOf(text(/^[a-z][a-z0-9-]{0,19}$/, "at most 20 of a-z 0-9 -, a letter first"), "names of queues")
    .default([])
    .describe(
      "SQS queues, each with a queue for dead letters. Service and queue have at most 22 characters together. " +
        "The container finds the URL of the queue `work` in WORK_QUEUE_URL.",
    ),
  statements: listOf(statement, "statements with actions and resources")
    .default([])
    .describe("IAM statements of the service's role: actions and resources."),
  healthCheck: healthCheck
    .nullable()
    .default(null)
    .describe(
      "How ECS finds out that it works: command, intervalSec (10), timeoutSec (5), retries (3), startPeriodSec (30). " +
        "null: it works while it runs.",
    ),
  stopTimeoutSec: stopTimeoutSec(30),
});

/** Values of a service's settings. */
export type ServiceSettings = z.infer<typeof serviceSection>;
