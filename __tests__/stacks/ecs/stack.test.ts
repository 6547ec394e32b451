import { describe, expect, it } from "vitest";
import { only, settingsWith, synthesize } from "../synthesize";

const digest = `sha256:${"0".repeat(64)}`;
const couchdb = { ECS_COUCHDB_IMAGE: digest };

function resourceOf(stack: "ecs" | "ecs-data") {
  return synthesize(stack, couchdb).resource;
}

/** Containers of a service, by name. */
function containersOf(service: string, values: Record<string, string>) {
  const tasks = synthesize("ecs", { ...couchdb, ...values }).resource["aws_ecs_task_definition"] ?? {};
  // biome-ignore lint/suspicious/noExplicitAny: what ECS takes; a test names what it means.
  const containers: any[] = JSON.parse(tasks[service].container_definitions.replaceAll(/\$\{[^}]*\}/g, "reference"));
  return Object.fromEntries(containers.map((container) => [container.name, container]));
}

describe("stack ecs", () => {
  it("opens no port of its host, and lets it reach what services reach", () => {
    const { resource } = synthesize("ecs", couchdb);
    expect(resource).not.toHaveProperty("aws_vpc_security_group_ingress_rule");
    expect(only(resource, "aws_vpc_security_group_egress_rule").ip_protocol).toBe("-1");
    expect(resource).not.toHaveProperty("aws_key_pair");
  });

  it("opens CouchDB to the blocks that the settings name, and nothing else", () => {
    const { resource } = synthesize("ecs", { ...couchdb, ECS_COUCHDB_OPEN_TO: "[10.1.0.0/16]" });
    expect(only(resource, "aws_vpc_security_group_ingress_rule")).toMatchObject({
      cidr_ipv4: "10.1.0.0/16",
      from_port: 5984,
      to_port: 5984,
    });
  });

  it("boots AWS's image for ECS, and keeps it", () => {
    const { data, resource } = synthesize("ecs", {
      ...couchdb,
      ECS_HOST_IMAGE_SOURCE: "amazon",
      ECS_ROOT_VOLUME_SIZE_GIB: "30",
    });
    expect(only(data, "aws_ssm_parameter").name).toBe(
      "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id",
    );
    const instance = only(resource, "aws_instance");
    expect(instance.ami).toContain(".insecure_value}");
    expect(instance.lifecycle.ignore_changes).toEqual(["ami"]);
    expect(instance.metadata_options).toMatchObject({ http_tokens: "required", http_put_response_hop_limit: 1 });
  });

  it("boots a newer image when it is told to follow", () => {
    const { resource } = synthesize("ecs", { ...couchdb, ECS_HOST_IMAGE_FOLLOW_NEW: "true" });
    expect(only(resource, "aws_instance").lifecycle).not.toHaveProperty("ignore_changes");
  });

  it("tags snapshots before another version as the volume's daily ones, so that one list has all of them", () => {
    const [, json = ""] =
      /install-container-host '(\{.*\})' /.exec(only(resourceOf("ecs"), "aws_instance").user_data) ?? [];
    const { tags: volume } = only(resourceOf("ecs-data"), "aws_ebs_volume");
    const { tags } = JSON.parse(json.replaceAll(/\$\{[^}]*\}/g, "reference"));
    expect(tags).toEqual({
      Name: volume.Name,
      Project: "workbench",
      Environment: "local",
      Stack: "ecs-data",
    });
  });

  it("runs CouchDB as its own user, on the volume alone, with its password from Secrets Manager", () => {
    const { couchdb: container, prepare, "couchdb-ready": ready } = containersOf("couchdb_task", {});
    expect(container).toMatchObject({
      user: "5984",
      secrets: [{ name: "COUCHDB_PASSWORD" }],
      dependsOn: [{ containerName: "prepare", condition: "SUCCESS" }],
    });
    const paths = container.mountPoints.map(({ containerPath }: { containerPath: string }) => containerPath);
    expect(paths.sort()).toEqual([
      "/opt/couchdb/data",
      "/opt/couchdb/etc/local.d",
      "/workbench/gate",
      "/workbench/prepare",
    ]);
    expect(prepare.essential).toBe(false);
    expect(ready).toMatchObject({
      essential: false,
      dependsOn: [{ containerName: "couchdb", condition: "HEALTHY" }],
    });
    expect(prepare.secrets).toEqual([]);
  });

  it("ends an old task before its successor starts, and goes back if that fails", () => {
    const services = Object.values(synthesize("ecs", couchdb).resource["aws_ecs_service"] ?? {});
    expect(services).toHaveLength(2);
    for (const service of services) {
      expect(service).toMatchObject({
        deployment_minimum_healthy_percent: 0,
        deployment_maximum_percent: 100,
        deployment_circuit_breaker: { enable: true, rollback: true },
        wait_for_steady_state: true,
      });
    }
  });

  it("prints commands that say the region", () => {
    const { output } = synthesize("ecs", { ...couchdb, AWS_REGION: "eu-west-2", AWS_AVAILABILITY_ZONE: "eu-west-2a" });
    expect(output["couchdb_password"]?.value).toBe(
      "aws secretsmanager get-secret-value --region eu-west-2 " +
        "--secret-id workbench-local-ecs-data-couchdb-password --query SecretString --output text",
    );
    expect(output["fauxton"]?.value).toMatch(
      /^aws ssm start-session --region eu-west-2 --target \$\{\S+\} --document-name AWS-StartPortForwardingSession /,
    );
  });

  it("looks up an image that a setting names, and no other, so that a destroy works when it is gone", () => {
    expect(Object.keys(synthesize("ecs", couchdb).data["aws_ecr_image"] ?? {})).toHaveLength(1);
    expect(synthesize("ecs").data).not.toHaveProperty("aws_ecr_image");
  });

  it("runs what was released, or what a setting names instead", () => {
    const countOf = (values: Record<string, string>) =>
      synthesize("ecs", { ...couchdb, ...values }).resource["aws_ecs_service"]?.["grand-central_service"].desired_count;
    expect(countOf({})).toBe('${(local.released_grand-central == "none") ? 0 : 1}');
    expect(countOf({ ECS_GRAND_CENTRAL_IMAGE: digest })).toBe(1);
  });

  it("registers a revision only if the newest one is another, whoever registered that", () => {
    for (const task of Object.values(synthesize("ecs").resource["aws_ecs_task_definition"] ?? {})) {
      expect(task).toMatchObject({ track_latest: true, skip_destroy: true });
    }
  });

  it("lets a service read its one file with secrets, and tells it where that is", () => {
    const values = { ECS_GRAND_CENTRAL_SECRETS_FILE: "production.json", ECS_GRAND_CENTRAL_QUEUES: "[work]" };
    const { resource } = synthesize("ecs", { ...couchdb, ...values });
    const policies = resource["aws_iam_role_policy"] ?? {};
    expect(JSON.parse(policies["grand-central_service_role_statements"].policy).Statement).toMatchObject([
      {
        Action: ["s3:GetObject"],
        Resource: [expect.stringMatching(/^arn:aws:s3:::workbench-local-ecs-.*\/production\.json$/)],
      },
    ]);
    const { "grand-central": container } = containersOf("grand-central_service_task", values);
    const environment = container.environment.map(({ name }: { name: string }) => name);
    expect(environment).toEqual(["AWS_REGION", "SECRETS_BUCKET", "SECRETS_KEY", "WORK_QUEUE_URL"]);
    expect(container.extraHosts).toEqual([{ hostname: "localhost.localdomain", ipAddress: "172.17.0.1" }]);
  });

  it("adds a service by settings alone", () => {
    const reports =
      `{ reports: { image: "registry.example/reports@${digest}", memoryMiB: 64, user: "1000", ` +
      "ports: [{ containerPort: 80, hostPort: 8080 }], " +
      "mounts: [{ hostPath: /opt/couchdb/reports, containerPath: /reports, access: readOnly }] } }";
    const { reports: container } = containersOf("reports_service_task", { ECS_SERVICES: reports });
    expect(container).toMatchObject({
      image: `registry.example/reports@${digest}`,
      memory: 64,
      user: "1000",
      portMappings: [{ containerPort: 80, hostPort: 8080, protocol: "tcp" }],
      mountPoints: [{ containerPath: "/reports", readOnly: true }],
    });
    const { resource } = synthesize("ecs", { ...couchdb, ECS_SERVICES: reports });
    expect(only(resource, "aws_instance").user_data).toContain('{"path":"/opt/couchdb/reports","owner":1000}');
  });

  it("asks for the repository of a service unless its image is elsewhere", () => {
    const repositoriesFor = (image: string) =>
      Object.keys(
        synthesize("ecs", { ...couchdb, ECS_SERVICES: `{ reports: { image: "${image}" } }` }).data[
          "aws_ecr_repositories"
        ] ?? {},
      );
    const own = ["repository_couchdb", "repository_grand-central"];
    expect(repositoriesFor(`public.ecr.aws/reports@${digest}`)).toEqual(own);
    expect(repositoriesFor(digest)).toEqual([...own, "repository_reports"]);
  });

  it("makes a service with a health check run once it is healthy, so that one that ends early is a failed deployment", () => {
    const reports = (more: string) => ({
      ECS_SERVICES: `{ reports: { image: "registry.example/reports@${digest}", memoryMiB: 64${more} } }`,
    });
    const names = (more: string) => Object.keys(containersOf("reports_service_task", reports(more)));
    expect(names("")).toEqual(["reports"]);
    expect(names(", healthCheck: { command: test -e /up }")).toEqual(["reports", "reports-ready"]);
  });

  it("makes a VPC for the host when a block is given", () => {
    const { resource } = synthesize("ecs", { ...couchdb, ECS_CIDR_BLOCK: "10.20.0.0/24" });
    expect(only(resource, "aws_vpc").cidr_block).toBe("10.20.0.0/24");
    expect(only(resource, "aws_instance")).toMatchObject({ associate_public_ip_address: true });
  });
});

describe("settings of ecs", () => {
  const service = (fields: string) => ({ ECS_SERVICES: `{ reports: { ${fields} } }` });

  it.each<[string, Record<string, string>, string]>([
    ["a tag", { ECS_COUCHDB_IMAGE: "couchdb:3.5" }, "ecs.couchdb.image: expected a digest (sha256:…)"],
    [
      "a port that CouchDB has",
      service("ports: [{ containerPort: 5984 }]"),
      "ecs.services.reports.ports[0].containerPort: expected a port of the host that nothing else has: " +
        "5984 is the port of couchdb, got 5984",
    ],
    [
      "a mount outside the volume",
      service("mounts: [{ hostPath: /etc, containerPath: /etc }]"),
      "ecs.services.reports.mounts[0].hostPath: expected a folder below /opt/couchdb, " +
        'where the data volume is mounted (ecs.mountPoint), got "/etc"',
    ],
    [
      "a mount of CouchDB's own files",
      service("mounts: [{ hostPath: /opt/couchdb/data, containerPath: /data }]"),
      "ecs.services.reports.mounts[0].hostPath: expected a folder apart from /opt/couchdb/data",
    ],
    [
      "a secret that is none",
      service("secrets: { KEY: arn:aws:s3:::secrets }"),
      "ecs.services.reports.secrets.KEY: expected the ARN of a secret",
    ],
    [
      "a secret of another region",
      service("secrets: { KEY: arn:aws:secretsmanager:us-east-1:123456789012:secret:key-AbCdEf }"),
      "ecs.services.reports.secrets.KEY: expected a secret in aws.region eu-west-1",
    ],
    ["an unknown setting", service("memory: 64"), "ecs.services.reports.memory: no such setting"],
    [
      "a name that the stack has",
      { ECS_SERVICES: "{ couchdb: {} }" },
      "ecs.services.couchdb: expected a name other than",
    ],
    [
      "a block in Docker's network",
      { ECS_CIDR_BLOCK: "172.17.0.0/20" },
      "ecs.cidrBlock: expected a block apart from 172.17.0.0/16, the network of containers",
    ],
    [
      "a VPC and a subnet of another one",
      { ECS_CIDR_BLOCK: "10.0.0.0/24", ECS_SUBNET_ID: "subnet-0123456789abcdef0" },
      "ecs.cidrBlock: expected null, since ecs.subnetId names a subnet of another VPC",
    ],
    [
      "a root volume smaller than AWS's image",
      { ECS_HOST_IMAGE_SOURCE: "amazon", ECS_ROOT_VOLUME_SIZE_GIB: "20" },
      "ecs.rootVolumeSizeGiB: expected at least 30 GiB, as AWS's image has, got 20",
    ],
    [
      "the whole internet",
      { ECS_COUCHDB_OPEN_TO: "[0.0.0.0/0]" },
      "ecs.couchdb.openTo[0]: expected a CIDR block no wider",
    ],
    [
      "a queue whose name is too long",
      { ECS_GRAND_CENTRAL_QUEUES: "[a-name-of-20-letters]" },
      "ecs.grandCentral.queues[0]: expected at most 9 characters, since service and queue may have 22",
    ],
  ])("fails: %s", (_, values, sentence) => {
    expect(() => settingsWith(values)).toThrow(sentence);
  });
});
