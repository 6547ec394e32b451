import { afterEach, describe, expect, test, vi } from "vitest";
import { AwsCalls, type AwsPlace, NoAnswerError } from "../../../scripts/aws/aws-calls";
import { services } from "../../../scripts/aws/services";
import { CommandError } from "../../../scripts/support/command-error";
import { FakeAws } from "./fake-aws";

let ec2: FakeAws | undefined;
afterEach(async () => {
  vi.unstubAllEnvs();
  await ec2?.close();
  ec2 = undefined;
});

const describeRegions = async (place: Partial<AwsPlace> = {}) => {
  const calls = await AwsCalls.at(services.ec2, { region: "eu-west-1", profile: null, ...place });
  return calls.ask("DescribeRegions", ({ DescribeRegionsCommand }, client, options) =>
    client.send(new DescribeRegionsCommand({}), options),
  );
};

/** Replaces the variables that say where AWS is, and with which credentials. */
function environment(variables: Record<string, string>): void {
  const nowhere = { AWS_CONFIG_FILE: "/dev/null", AWS_SHARED_CREDENTIALS_FILE: "/dev/null" };
  const none = ["AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"];
  for (const name of none) vi.stubEnv(name, undefined);
  const all = { ...nowhere, AWS_EC2_METADATA_DISABLED: "true", ...variables };
  for (const [name, value] of Object.entries(all)) vi.stubEnv(name, value);
}

const keys = { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" };
const refusal = (code: string, message: string) =>
  `<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>1</RequestID></Response>`;

test("AWS_ENDPOINT_URL says where EC2 is", async () => {
  ec2 = await FakeAws.answering(
    200,
    "<DescribeRegionsResponse><regionInfo><item><regionName>here</regionName></item></regionInfo></DescribeRegionsResponse>",
  );
  environment({ ...keys, AWS_ENDPOINT_URL: `http://127.0.0.1:${ec2.port}` });
  expect((await describeRegions()).Regions).toEqual([{ RegionName: "here" }]);
});

describe("fails with one sentence", () => {
  test("without credentials", async () => {
    environment({});
    await expect(describeRegions()).rejects.toThrow(
      new CommandError(
        "EC2's DescribeRegions in eu-west-1: expected credentials of the environment, " +
          "got none that are valid (Could not load credentials from any providers): log in, " +
          "or correct aws.profile in the settings",
      ),
    );
  });

  test("when there is no such profile", async () => {
    environment({});
    await expect(describeRegions({ profile: "mine" })).rejects.toThrow(
      /^EC2's DescribeRegions in eu-west-1: expected credentials of the profile mine, got none that are valid \(.+\): log in/,
    );
  });

  test.each([
    [
      "RequestExpired",
      "Request has expired",
      "the credentials of the environment have expired (Request has expired): log in again",
    ],
    [
      "AuthFailure",
      "AWS was not able to validate the provided access credentials",
      "expected credentials of the environment, got none that are valid (AWS was not able to " +
        "validate the provided access credentials): log in, or correct aws.profile in the settings",
    ],
    [
      "UnauthorizedOperation",
      "You are not authorized to do this.",
      "UnauthorizedOperation: You are not authorized to do this",
    ],
  ])("when EC2 says %s", async (code, message, sentence) => {
    ec2 = await FakeAws.answering(400, refusal(code, message));
    await expect(describeRegions({ local: ec2.local })).rejects.toThrow(
      new CommandError(`EC2's DescribeRegions in eu-west-1: ${sentence}`),
    );
  });

  test.each([
    [503, "Unavailable"],
    [400, "RequestLimitExceeded"],
  ])("that says nothing about what was done: %i, %s", async (status, code) => {
    ec2 = await FakeAws.answering(status, refusal(code, "Later."));
    const asked = describeRegions({ local: ec2.local });
    await expect(asked).rejects.toThrow(new NoAnswerError(`EC2's DescribeRegions in eu-west-1: ${code}: Later`));
    await expect(asked).rejects.toBeInstanceOf(NoAnswerError);
  });

  test("when nothing answers", async () => {
    const gone = await FakeAws.answering(200, "");
    const { local } = gone;
    await gone.close();
    await expect(describeRegions({ local })).rejects.toThrow(
      new CommandError(
        "EC2's DescribeRegions in eu-west-1: it cannot be reached (connect ECONNREFUSED " +
          `127.0.0.1:${local.port}): correct aws.region in the settings, or the network`,
      ),
    );
  });
});

test("fails with a defect itself, which is no answer from EC2", async () => {
  const calls = await AwsCalls.at(services.ec2, {
    region: "eu-west-1",
    profile: null,
    local: { port: 9, key: { accessKeyId: "any", secretAccessKey: "any" } },
  });
  const defect = new TypeError("a defect");
  await expect(calls.ask("Nothing", () => Promise.reject(defect))).rejects.toBe(defect);
});
