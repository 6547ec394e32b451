import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { localEnvironment } from "../../../scripts/session/environment";
import { projectRoot } from "../../../scripts/support/project";

const nobody = { home: path.join(projectRoot, ".workbench/nobody"), port: 1, network: "198.18.0.0/20" };
const key = { accessKeyId: "NOBODY", secretAccessKey: "secret" };
/** Whatever gets to a proxy was meant for AWS itself. */
const source = { PATH: process.env["PATH"], HTTPS_PROXY: "http://127.0.0.1:2" };

test.each([
  ["ec2", "describe-regions"],
  ["sqs", "list-queues"],
  ["emr", "list-clusters"],
  ["health", "describe-events"],
])("the AWS CLI asks the local AWS alone for %s", async (service, call) => {
  const env = { ...localEnvironment(nobody, { source, region: "eu-west-1", key }), AWS_MAX_ATTEMPTS: "1" };
  const { all, exitCode } = await execa("aws", [service, call], { env, extendEnv: false, all: true, reject: false });
  expect(all).toContain('Could not connect to the endpoint URL: "http://127.0.0.1:1/"');
  expect(exitCode).not.toBe(0);
});
