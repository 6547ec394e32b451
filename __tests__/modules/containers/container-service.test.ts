import { EcsCluster } from "@cdktf/provider-aws/lib/ecs-cluster";
import { Instance } from "@cdktf/provider-aws/lib/instance";
import { DataResource } from "cdktf";
import { describe, expect, it } from "vitest";
import { ContainerService, type ContainerServiceProps } from "../../../modules/containers/container-service";
import { only, type TerraformJson } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";

const secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbCdEf";

function synthesized(props: Partial<ContainerServiceProps> = {}): TerraformJson {
  return synthesizeModule((stack) => {
    const service = new ContainerService(stack, "app", {
      name: "app",
      family: "test-app",
      logGroup: "/test/app",
      partition: "aws",
      region: "eu-west-1",
      accountId: "123456789012",
      cluster: new EcsCluster(stack, "cluster", { name: "test" }),
      instance: new Instance(stack, "machine", { ami: "ami-1", instanceType: "t3.micro" }),
      containers: [{ name: "app", image: "app@sha256:0", memoryMiB: 64, environment: { PATTERN: "${HOME}" } }],
      taskCount: 1,
      logRetentionDays: 30,
      dependsOn: [new DataResource(stack, "host")],
      ...props,
    });
    service.taskRole.allow("late", [{ actions: ["s3:ListBucket"], resources: ["*"] }]);
  });
}

const { resource } = synthesized();
const service = only(resource, "aws_ecs_service");

describe("a service of containers", () => {
  it("runs one task, on its host alone, and ends the old one before it starts a new one", () => {
    expect(service).toMatchObject({
      desired_count: 1,
      deployment_maximum_percent: 100,
      deployment_minimum_healthy_percent: 0,
      placement_constraints: [{ type: "memberOf", expression: "ec2InstanceId == ${aws_instance.machine.id}" }],
      wait_for_steady_state: true,
    });
  });

  it("is deployed anew when only its host is another one", () => {
    expect(service.force_new_deployment).toBe(true);
  });

  it("has time for three versions that never get healthy, and for the way back", () => {
    const container = { name: "app", image: "app@sha256:0", memoryMiB: 64, startTimeoutSec: 500, stopTimeoutSec: 100 };
    const { timeouts } = only(synthesized({ containers: [container] }).resource, "aws_ecs_service");
    expect(timeouts).toEqual({ create: "60m", update: "60m" });
  });

  it("runs no task while it is told not to", () => {
    expect(only(synthesized({ taskCount: 0 }).resource, "aws_ecs_service").desired_count).toBe(0);
  });

  it("goes back to the last revision that worked, and then the deploy fails", () => {
    expect(service.deployment_circuit_breaker).toEqual({ enable: true, rollback: true });
    expect(service.lifecycle.postcondition[0].condition).toBe(
      "${self.task_definition == aws_ecs_task_definition.app_task.arn}",
    );
    expect(service.lifecycle.postcondition[0].error_message).toContain(
      "ECS went back to the one before. What it printed",
    );
  });

  it("keeps the revisions before, so that it can go back", () => {
    expect(only(resource, "aws_ecs_task_definition").skip_destroy).toBe(true);
  });

  it("starts once its roles can do what was granted, also later, and its host is there", () => {
    expect(service.depends_on).toEqual(
      expect.arrayContaining([
        "terraform_data.host",
        "aws_iam_role_policy.app_role_late",
        "aws_iam_role_policy.app_execution_role_write_app_logs",
      ]),
    );
  });

  it("leaves variables of a shell to the container", () => {
    expect(only(resource, "aws_ecs_task_definition").container_definitions).toContain('"value":"$${HOME}"');
  });

  it("lets ECS read the secrets of its containers, whichever key encrypts them", () => {
    const key = "arn:aws:kms:eu-west-1:123456789012:key/1";
    const container = { name: "app", image: "app@sha256:0", memoryMiB: 64, secrets: { KEY: `${secret}:user::` } };
    const { aws_iam_role_policy: policies = {} } = synthesized({
      containers: [container],
      secretsKeyArns: [key],
    }).resource;
    expect(JSON.parse(policies["app_execution_role_statements"].policy).Statement).toEqual([
      { Effect: "Allow", Action: ["secretsmanager:GetSecretValue"], Resource: [secret] },
      {
        Effect: "Allow",
        Action: ["kms:Decrypt"],
        Resource: [key],
        Condition: { StringEquals: { "kms:EncryptionContext:SecretARN": secret } },
      },
    ]);
  });

  it("gives a folder of the host one volume, whichever containers mount it", () => {
    const mounts = [{ hostPath: "/data/b", containerPath: "/b" }];
    const containers = ["one", "two"].map((name) => ({ name, image: "app@sha256:0", memoryMiB: 64, mounts }));
    const task = only(synthesized({ containers }).resource, "aws_ecs_task_definition");
    expect(task.volume).toEqual([{ name: "folder-0", host_path: "/data/b" }]);
  });
});
