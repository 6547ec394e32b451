import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "./temporary-folder";

const project = resolve(__dirname, "..");

/**
 * Returns the imports of each file that biome.json forbids, all checked in one run: `{ "stacks/new.ts": ["./ebs"] }`.
 * An import is the name of a module, or a whole statement.
 */
function forbidden(imports: Readonly<Record<string, readonly string[]>>): Record<string, string[]> {
  const directory = temporaryFolder("imports-");
  const { vcs: _, ...config } = JSON.parse(readFileSync(join(project, "biome.json"), "utf8"));
  writeFileSync(join(directory, "biome.json"), JSON.stringify({ ...config, $schema: undefined }));
  for (const [file, names] of Object.entries(imports)) {
    mkdirSync(join(directory, dirname(file)), { recursive: true });
    writeFileSync(
      join(directory, file),
      names.map((name) => (name.startsWith("import ") ? `${name};\n` : `import "${name}";\n`)).join(""),
    );
  }
  const args = ["lint", "--only=style/noRestrictedImports", "--max-diagnostics=none", "--reporter=github"];
  const { stdout } = spawnSync(join(project, "node_modules/.bin/biome"), args, { cwd: directory, encoding: "utf8" });
  const lines = [...stdout.matchAll(/noRestrictedImports,file=([^,]+),line=(\d+)/g)];
  return Object.fromEntries(
    Object.entries(imports).map(([file, names]) => {
      const found = lines.filter(([, path]) => path?.endsWith(file)).map(([, , line]) => Number(line));
      return [file, names.filter((_, index) => found.includes(index + 1))];
    }),
  );
}

/** What a definition would load cdktf with. */
const noDefinition = [
  ...["cdktf", "constructs", "@cdktf/provider-aws", "@cdktf/provider-aws/lib/instance", "../workbench-stack"],
  ...["../../modules/storage/data-volume", "../ec2/settings", "../../scripts/support/project", "../../app.ts"],
];

/** The program, which scripts load through support/program.ts alone. */
const noProgram = [
  ...["../../modules/storage/data-volume", "../../guards/protection", "../../settings/common", "../../packer/images"],
  ...["../../stacks/definitions", "../../stacks/ec2/stack", "../../stacks/ec2/stack.ts", "../../stacks/names/images"],
  ...["../../app", "../../app.ts", "../../main.ts", "cdktf", "@cdktf/provider-aws/lib/instance"],
  'import { loadSettings } from "../../stacks/settings"',
  'import { type Settings, loadSettings } from "../../stacks/settings"',
];

/** Folders of scripts/ that stand above most others. */
const noTopScripts = ["../npm/start", "../testing/place", "../bench/measure"];

const noMiddleScripts = ["../session/environment", "../images/own-image", "../terraform/events", "../setup/tools"];

/** Arrows point down, as CONTRIBUTING draws them. */
describe("imports", () => {
  it("fails for those that point up or sideways", () => {
    const up = {
      "settings/load/new.ts": [
        "../../guards/protection",
        "../../stacks/settings",
        "../../scripts/support/project",
        "../../app",
        "../../app.ts",
        "cdktf",
      ],
      "guards/new.ts": [
        "../stacks/define-stack",
        "../modules/storage/data-volume",
        "../scripts/support/project",
        "../app",
        "../app.ts",
        "cdktf",
      ],
      "stacks/ebs/new.ts": [
        "../ec2/settings",
        "../another/stack",
        "../../scripts/support/project",
        "../../packer/images",
        "../../app.ts",
        "@cdktf/provider-aws",
      ],
      "stacks/ebs/definition.ts": noDefinition,
      "stacks/ebs/settings.ts": noDefinition,
      "stacks/ebs/next-steps.ts": noDefinition,
      "stacks/new.ts": ["./ebs/definition", "../scripts/support/project", "../packer/images", "../main", "../main.ts"],
      "stacks/index.ts": ["../modules/storage/data-volume", "../scripts/support/project", "../main.ts", "cdktf"],
      "modules/storage/new.ts": [
        "../../settings/common",
        "../../guards/protection",
        "../../stacks/names/images",
        "../../start-up.ts",
        "node:fs",
        "node:fs/promises",
        "@cdktf/provider-aws",
      ],
      "modules/storage/new-plan.ts": [
        ...["cdktf", "constructs", "@cdktf/provider-aws/lib/instance", "node:fs", "../../settings/common"],
        ...["./data-volume", "../network/vpc", "../terraform-block"],
      ],
      "packer/new.ts": [
        "../modules/storage/data-volume",
        "../scripts/support/project",
        "../guards/protection",
        "../stacks/workbench-stack",
        "../stacks/ec2/settings",
        "../app.ts",
        "cdktf",
      ],
      "scripts/npm/new.ts": noProgram,
      "scripts/session/new.ts": [...noProgram, ...noTopScripts],
      "scripts/images/new.ts": [...noProgram, ...noTopScripts],
      "scripts/terraform/new.ts": [...noProgram, ...noTopScripts],
      "scripts/setup/new.ts": [...noProgram, ...noTopScripts],
      "scripts/testing/new.ts": [...noProgram, "../npm/start", "../bench/measure"],
      "scripts/bench/new.ts": [...noProgram, "../npm/start", "../testing/place"],
      "scripts/local-aws/new.ts": [
        ...noProgram,
        ...noTopScripts,
        ...noMiddleScripts,
        "../support/program",
        "../support/project",
        "../support/progress",
      ],
      "scripts/support/new.ts": [...noProgram, ...noTopScripts, ...noMiddleScripts, "../local-aws/control"],
      "scripts/support/program.ts": ["../npm/start", "../session/environment", "../local-aws/control", "../../app.ts"],
    };
    expect(forbidden(up)).toEqual(up);
  });

  it("may point down", () => {
    const down = {
      "settings/load/new.ts": ["./load", "../fields/fields", "node:fs", "zod"],
      "guards/new.ts": ["../settings/user-error", "./cdktf-command"],
      "stacks/ebs/new.ts": [
        "./settings",
        "../workbench-stack",
        "../names/data-volume",
        "../../settings/common",
        "../../modules/storage/data-volume",
        "cdktf",
        "@cdktf/provider-aws/lib/instance",
      ],
      "stacks/ebs/definition.ts": [
        ...["./settings", "../define-stack", "../names/data-volume", "../../settings/common"],
        "../../modules/network/cidr-plan",
      ],
      "stacks/index.ts": ["./ebs/definition"],
      "modules/storage/new.ts": ["../access/key-file", "./data-volume", "cdktf", "@cdktf/provider-aws/lib/instance"],
      "modules/storage/new-plan.ts": ["./mount-plan", "../network/cidr-plan", "../from-setting", "ipaddr.js"],
      "packer/new.ts": ["../settings/load/load", "../stacks/settings", "../stacks/names/images", "@cdktf/hcl-tools"],
      "scripts/npm/new.ts": [
        ...["../session/local-session", "../testing/place", "../bench/measure", "../local-aws/control"],
        'import type { Settings } from "../../stacks/settings"',
        'import type { StackDefinition } from "../../stacks/define-stack"',
      ],
      "scripts/session/new.ts": ["../setup/tools", "../images/own-image", "../local-aws/control", "../support/program"],
      "scripts/testing/new.ts": ["../session/environment", "../setup/tools", "../local-aws/port-holder"],
      "scripts/local-aws/new.ts": ["./health", "../support/ask", "../support/command-error", "../support/run-logged"],
      "scripts/support/new.ts": ["./program", "./project"],
      "scripts/support/program.ts": ["../../stacks/definitions", "../../packer/images", "../../settings/user-error"],
    };
    expect(Object.values(forbidden(down)).flat()).toEqual([]);
  });

  it("fails for those that make a temporary folder in a test, which nothing would remove", () => {
    const left = {
      "__tests__/new.test.ts": [
        "@cdktf/provider-aws",
        'import { mkdtempSync } from "node:fs"',
        'import { mkdirSync, mkdtemp } from "node:fs"',
        'import { mkdtemp } from "node:fs/promises"',
        'import { tmpdir } from "node:os"',
      ],
      "__tests__/scripts/machine/data-volume/new.ts": ['import { tmpdir } from "node:os"'],
    };
    expect(forbidden(left)).toEqual(left);
    const removed = {
      "__tests__/new.test.ts": ['import { mkdirSync } from "node:fs"', 'import { hostname } from "node:os"'],
      "__tests__/temporary-folder.ts": ['import { mkdtempSync } from "node:fs"', 'import { tmpdir } from "node:os"'],
    };
    expect(Object.values(forbidden(removed)).flat()).toEqual([]);
  });
});
