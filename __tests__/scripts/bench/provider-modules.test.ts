import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, expect, test } from "vitest";
import { providerModules } from "../../../scripts/bench/provider-modules";
import { temporaryFolder } from "../../temporary-folder";

let root: string;
beforeEach(() => {
  root = temporaryFolder("sources-");
  mkdirSync(path.join(root, "stacks", "ebs"), { recursive: true });
  mkdirSync(path.join(root, "modules", "storage"), { recursive: true });
});

const write = (file: string, ...lines: string[]) => writeFileSync(path.join(root, file), lines.join("\n"));

test("lists the provider modules that stacks and modules import, each once", () => {
  write(
    "stacks/ebs/stack.ts",
    'import { AwsProvider } from "@cdktf/provider-aws/lib/provider";',
    'import { App } from "cdktf";',
    'import { Volume } from "../../modules/storage/volume";',
  );
  write(
    "modules/storage/volume.ts",
    "import {",
    "  EbsVolume,",
    '} from "@cdktf/provider-aws/lib/ebs-volume";',
    'import { AwsProvider } from "@cdktf/provider-aws/lib/provider";',
  );
  expect(providerModules(root)).toEqual(["@cdktf/provider-aws/lib/ebs-volume", "@cdktf/provider-aws/lib/provider"]);
});

test("leaves out modules that no stack uses", () => {
  write("stacks/ebs/stack.ts", 'import type { Volume } from "../../modules/storage/volume";');
  write("modules/storage/volume.ts", 'import { EbsVolume } from "@cdktf/provider-aws/lib/ebs-volume";');
  expect(providerModules(root)).toEqual([]);
});

test("leaves out type-only imports, and imports in comments", () => {
  write(
    "stacks/ebs/stack.ts",
    'import type { Instance } from "@cdktf/provider-aws/lib/instance";',
    '// import { Eip } from "@cdktf/provider-aws/lib/eip";',
    'export const text = "@cdktf/provider-aws/lib/vpc";',
  );
  expect(providerModules(root)).toEqual([]);
});
