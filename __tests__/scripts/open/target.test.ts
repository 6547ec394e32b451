import { writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { openTarget } from "../../../scripts/open/target";
import { projectRoot } from "../../../scripts/support/project";
import { settingsWith } from "../../stacks/synthesize";
import { temporaryFolder } from "../../temporary-folder";

test("the machine has the tags that the stack gives it, and a local AWS its own place", () => {
  const local = { port: 4700, key: { accessKeyId: "a", secretAccessKey: "b" } };
  expect(openTarget(settingsWith(), local)).toMatchObject({
    region: "eu-west-1",
    profile: null,
    local,
    tags: { Name: "workbench-local-machine", Project: "workbench", Environment: "local" },
    imageSetting: "ec2.image.source: workbench",
  });
});

test("messages give commands that go to the same account", () => {
  const local = settingsWith();
  expect(openTarget(local).commands).toEqual({
    open: "npm run local -- open",
    deploy: "npm run local -- npx cdktf deploy ebs ec2",
    deployAlone: "npm run local -- npx cdktf deploy ec2",
    bootNewest: "npm run local -- env WORKBENCH_EC2_IMAGE_FOLLOW_NEW=true npx cdktf deploy ec2",
  });
  expect(openTarget({ ...local, environment: "mine" }).commands).toEqual({
    open: "npm run open",
    deploy: "npx cdktf deploy ebs ec2",
    deployAlone: "npx cdktf deploy ec2",
    bootNewest: "WORKBENCH_EC2_IMAGE_FOLLOW_NEW=true npx cdktf deploy ec2",
  });
});

describe("the key that ssh offers first is", () => {
  let folder: string;
  beforeEach(() => {
    folder = temporaryFolder("keys-");
  });
  const keyFile = (values: Record<string, string>) => openTarget(settingsWith(values)).keyFile;

  test("the private key of the settings, relative to the project", () => {
    expect(keyFile({ SSH_PRIVATE_KEY_FILE: "keys/id" })).toBe(path.join(projectRoot, "keys/id"));
  });

  test("without one, the private key beside the public one", () => {
    for (const name of ["id", "id.pub"]) writeFileSync(path.join(folder, name), "");
    const values = { SSH_PRIVATE_KEY_FILE: "", SSH_PUBLIC_KEY_FILE: path.join(folder, "id.pub") };
    expect(keyFile(values)).toBe(path.join(folder, "id"));
  });

  test("without that, the public key, by which ssh finds an agent's", () => {
    writeFileSync(path.join(folder, "id.pub"), "");
    const values = { SSH_PRIVATE_KEY_FILE: "", SSH_PUBLIC_KEY_FILE: path.join(folder, "id.pub") };
    expect(keyFile(values)).toBe(path.join(folder, "id.pub"));
  });

  test("without any file, none", () => {
    const values = { SSH_PRIVATE_KEY_FILE: "", SSH_PUBLIC_KEY_FILE: path.join(folder, "id.pub") };
    expect(keyFile(values)).toBeUndefined();
  });
});
