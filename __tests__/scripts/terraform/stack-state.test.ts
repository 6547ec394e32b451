import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, expect, test } from "vitest";
import { StackState } from "../../../scripts/terraform/stack-state";
import { temporaryFolder } from "../../temporary-folder";

let directory: string;

/** Opens the state of a stack with a program called terraform that runs `script`, and records how it is called. */
function open(script: string): Promise<StackState> {
  const file = path.join(directory, "terraform");
  writeFileSync(file, `#!/bin/bash\necho "$@" >> calls\n[ "$1" = init ] && exit 0\n${script}\n`);
  chmodSync(file, 0o755);
  return StackState.open({ name: "fake", directory, environment: { PATH: `${directory}:/usr/bin:/bin` } });
}

const calls = (): string[] => readFileSync(path.join(directory, "calls"), "utf8").trim().split("\n");

beforeEach(() => {
  directory = temporaryFolder("stack-state-");
});

test("finds a volume in the state and what belongs to it, and nothing that only reads it", async () => {
  const resources = [
    { address: "data.aws_ebs_volume.found[0]", mode: "data", values: { id: "vol-1" } },
    { address: "aws_ebs_volume.data[0]", mode: "managed", values: { id: "vol-0" } },
    { address: "aws_ebs_volume.data[1]", mode: "managed", values: { id: "vol-1" } },
    { address: "aws_ec2_tag.complete[1]", mode: "managed", values: { id: "vol-1,Complete", resource_id: "vol-1" } },
  ];
  writeFileSync(path.join(directory, "state"), JSON.stringify({ values: { root_module: { resources } } }));
  const state = await open("cat state");
  expect(await state.addressesOf("vol-1")).toEqual(["aws_ebs_volume.data[1]", "aws_ec2_tag.complete[1]"]);
  expect(await state.addressesOf("vol-2")).toEqual([]);
  expect(calls()[0]).toBe("init -json -input=false");
});

test("finds nothing in an empty state", async () => {
  const state = await open(`echo '{"format_version":"1.0"}'`);
  expect(await state.addressesOf("vol-1")).toEqual([]);
});

test("takes resources out of the state in one step, and waits for somebody else's lock", async () => {
  await (await open("true")).forget(["aws_ebs_volume.data[1]", "aws_ec2_tag.complete[1]"]);
  expect(calls()[1]).toBe("state rm -lock-timeout=60s aws_ebs_volume.data[1] aws_ec2_tag.complete[1]");
});

test("fails in one sentence with Terraform's own error", async () => {
  const state = await open("printf '\\n│ Error: Error acquiring the state lock\\n│ \\n│ Lock Info:\\n' >&2; exit 1");
  await expect(state.forget(["aws_ebs_volume.data[1]"])).rejects.toThrow(
    /^stack fake: terraform state rm failed: Error acquiring the state lock$/,
  );
});
