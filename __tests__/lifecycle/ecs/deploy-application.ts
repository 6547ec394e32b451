import path from "node:path";
import { projectRoot } from "../../../scripts/support/project";
import { EcsUser } from "./ecs-user";

/** Recipe of the stand-in for Grand Central and other services. */
export const application = path.join(projectRoot, "__tests__", "lifecycle", "ecs", "application");

const healthCheck =
  '{ command: "curl --fail --silent http://127.0.0.1:3000/health", intervalSec: 5, timeoutSec: 2, retries: 2, startPeriodSec: 0 }';

/** CouchDB, Grand Central and a third service, deployed. */
export interface Application {
  readonly ecs: EcsUser;
  /** Digest of the image of the third service, `reports`. */
  readonly reportsDigest: string;
}

/**
 * Deploys Grand Central and a third service beside CouchDB. Close `ecs` when the story ends.
 *
 * @param variables of Grand Central's image. @default none
 */
export async function deployApplication(variables: Readonly<Record<string, string>> = {}): Promise<Application> {
  const ecs = await EcsUser.start({
    ECS_DATA_BUCKET: "true",
    ECS_DATA_REPOSITORIES: "[couchdb, grand-central, reports]",
  });
  const user = ecs.workbench;
  const bucket = (await user.outputs("ecs-data"))["bucket_name"] ?? "";
  const secrets = `COUCHDB_USER=admin\nCOUCHDB_PASSWORD=${await ecs.password()}\n`;
  await ecs.putObject(bucket, "production.env", secrets);
  const reportsDigest = await ecs.push("reports", application, "1");
  Object.assign(user.settings, {
    ECS_GRAND_CENTRAL_IMAGE: await ecs.push("grand-central", application, "1", variables),
    ECS_GRAND_CENTRAL_SECRETS_FILE: "production.env",
    ECS_GRAND_CENTRAL_QUEUES: "[work]",
    ECS_GRAND_CENTRAL_PORTS: "[{ containerPort: 3000 }]",
    ECS_GRAND_CENTRAL_MEMORY_MIB: "128",
    ECS_GRAND_CENTRAL_HEALTH_CHECK: healthCheck,
    ECS_GRAND_CENTRAL_USER: "1000",
    ECS_GRAND_CENTRAL_MOUNTS: "[{ hostPath: /opt/couchdb/notes, containerPath: /notes }]",
    ECS_GRAND_CENTRAL_ENVIRONMENT: "{ NOTES_FOLDER: /notes }",
    ECS_GRAND_CENTRAL_STOP_TIMEOUT_SEC: "40",
    ECS_SERVICES: `{ reports: { image: "${reportsDigest}", memoryMiB: 64, environment: { PORT: "3001" } } }`,
  });
  await user.deploy("ecs");
  return { ecs, reportsDigest };
}
