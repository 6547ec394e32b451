import type { AwsCalls, AwsService } from "./aws-calls";

function service<Sdk, Client>(
  name: string,
  load: () => Promise<Sdk>,
  client: AwsService<Sdk, Client>["client"],
): AwsService<Sdk, Client> {
  return { name, load, client };
}

/** Services that commands call. */
export const services = {
  ec2: service(
    "EC2",
    () => import("@aws-sdk/client-ec2"),
    (sdk, configuration) => new sdk.EC2Client(configuration),
  ),
  ecr: service(
    "ECR",
    () => import("@aws-sdk/client-ecr"),
    (sdk, configuration) => new sdk.ECRClient(configuration),
  ),
  ecs: service(
    "ECS",
    () => import("@aws-sdk/client-ecs"),
    (sdk, configuration) => new sdk.ECSClient(configuration),
  ),
  logs: service(
    "CloudWatch Logs",
    () => import("@aws-sdk/client-cloudwatch-logs"),
    (sdk, configuration) => new sdk.CloudWatchLogsClient(configuration),
  ),
  secretsManager: service(
    "Secrets Manager",
    () => import("@aws-sdk/client-secrets-manager"),
    (sdk, configuration) => new sdk.SecretsManagerClient(configuration),
  ),
  ssm: service(
    "Systems Manager",
    () => import("@aws-sdk/client-ssm"),
    (sdk, configuration) => new sdk.SSMClient(configuration),
  ),
  sts: service(
    "STS",
    () => import("@aws-sdk/client-sts"),
    (sdk, configuration) => new sdk.STSClient(configuration),
  ),
};

type CallsOf<Service> = Service extends AwsService<infer Sdk, infer Client> ? AwsCalls<Sdk, Client> : never;

export type Ec2Calls = CallsOf<typeof services.ec2>;
export type EcrCalls = CallsOf<typeof services.ecr>;
export type EcsCalls = CallsOf<typeof services.ecs>;
export type LogsCalls = CallsOf<typeof services.logs>;
export type SecretsManagerCalls = CallsOf<typeof services.secretsManager>;
export type SsmCalls = CallsOf<typeof services.ssm>;
export type StsCalls = CallsOf<typeof services.sts>;
