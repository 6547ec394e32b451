import { describe, expect, test } from "vitest";
import { digestOf, labelOf, namedImage, repositoryUri } from "../../../scripts/release/images";
import type { ReleaseTarget } from "../../../scripts/release/target";

const digest = `sha256:${"0a".repeat(32)}`;
const ownUri = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/workbench-local-app";
const find = (tags?: string[]) => async (wanted: string) =>
  tags === undefined ? undefined : { digest: wanted, tags, pushedAt: new Date() };
const target = { region: "eu-west-1", repository: "workbench-local-app" } as ReleaseTarget;

test("the address of a repository has account, region and the partition's domain", () => {
  const caller = (partition: string) => ({
    arn: `arn:${partition}:iam::123456789012:user/x`,
    accountId: "123456789012",
  });
  expect(repositoryUri(target, caller("aws"))).toBe(ownUri);
  expect(repositoryUri(target, caller("aws-cn"))).toBe(ownUri.replace("amazonaws.com", "amazonaws.com.cn"));
});

describe("an image that --image names", () => {
  test.each([digest, `${ownUri}@${digest}`])("is one of the service's own repository: %s", async (name) => {
    expect(await namedImage(name, ownUri, find(["v1"]))).toEqual({
      id: digest,
      uri: `${ownUri}@${digest}`,
      digest,
      tags: ["v1"],
    });
  });

  test("is one of a public registry", async () => {
    const name = `public.ecr.aws/docker/library/couchdb@${digest}`;
    expect(await namedImage(name, ownUri, find())).toEqual({ id: name, uri: name, digest, tags: [] });
  });

  test.each<[string, string, string[] | undefined, string]>([
    ["a tag", "couchdb:3.5", ["v1"], `--image: expected an image by its digest, such as ${ownUri}@sha256:…`],
    ["a digest that is not there", digest, undefined, `--image: expected an image of ${ownUri}, got ${digest}, which`],
    ["an image without a tag", digest, [], "--image: expected an image with a tag, since images without one expire"],
    [
      "an image of another region",
      `${ownUri.replace("eu-west-1", "us-east-1")}@${digest}`,
      ["v1"],
      `--image: expected an image of ${ownUri}, or of a public registry, got one of 123456789012.dkr.ecr.us-east-1`,
    ],
    ["a name without a registry", `couchdb@${digest}`, ["v1"], "--image: expected a name with its registry"],
  ])("fails for %s, in one sentence", async (_, name, tags, sentence) => {
    await expect(namedImage(name, ownUri, find(tags))).rejects.toThrow(sentence);
  });
});

test("an image has its tag and the beginning of its digest, for people", () => {
  expect(labelOf({ digest, tags: ["context-0123456789abcdef", "v1"] })).toBe("v1 (sha256:0a0a0a0a0a0a)");
  expect(labelOf({ digest, tags: ["context-0123456789abcdef"] })).toBe("sha256:0a0a0a0a0a0a");
});

test("what runs nothing yet has no digest", () => {
  expect(digestOf(`${ownUri}@${digest}`)).toBe(digest);
  expect(digestOf(`${ownUri}:no-release-yet`)).toBeUndefined();
});
