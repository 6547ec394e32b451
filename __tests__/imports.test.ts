import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const project = resolve(__dirname, "..");

/**
 * Returns the imports of each file that biome.json forbids, all checked in one run: `{ "stacks/new.ts": ["./ebs"] }`.
 */
function forbidden(imports: Readonly<Record<string, readonly string[]>>): Record<string, string[]> {
  const directory = mkdtempSync(join(tmpdir(), "imports-"));
  try {
    const { vcs: _, ...config } = JSON.parse(readFileSync(join(project, "biome.json"), "utf8"));
    writeFileSync(join(directory, "biome.json"), JSON.stringify({ ...config, $schema: undefined }));
    for (const [file, names] of Object.entries(imports)) {
      mkdirSync(join(directory, dirname(file)), { recursive: true });
      writeFileSync(join(directory, file), names.map((name) => `import "${name}";\n`).join(""));
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
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Arrows point down, as CONTRIBUTING draws them. */
describe("imports", () => {
  it("fails for those that point up or sideways", () => {
    const up = {
      "settings/load/new.ts": [
        "../../guards/protection",
        "../../stacks/settings",
        "../../scripts/support/project",
        "../../app",
      ],
      "guards/new.ts": [
        "../stacks/define-stack",
        "../modules/storage/data-volume",
        "../scripts/support/project",
        "../app",
      ],
      "stacks/ebs/new.ts": [
        "../ec2/settings",
        "../another/stack",
        "../../scripts/support/project",
        "../../packer/images",
      ],
      "stacks/new.ts": ["./ebs/definition", "../scripts/support/project", "../packer/images", "../main"],
      "modules/storage/new.ts": [
        "../../settings/common",
        "../../guards/protection",
        "../../stacks/names/images",
        "node:fs",
      ],
      "packer/new.ts": ["../modules/storage/data-volume", "../scripts/support/project", "../guards/protection"],
      "scripts/npm/new.ts": ["../../modules/storage/data-volume", "../../guards/protection", "../../app"],
      "scripts/local-aws/new.ts": ["../session/environment", "../../settings/common", "../../stacks/definitions"],
    };
    expect(forbidden(up)).toEqual(up);
  });

  it("may point down", () => {
    const down = {
      "settings/load/new.ts": ["./load", "../fields/fields", "node:fs"],
      "guards/new.ts": ["../settings/user-error", "./cdktf-command"],
      "stacks/ebs/new.ts": [
        "./settings",
        "../workbench-stack",
        "../names/data-volume",
        "../../settings/common",
        "../../modules/storage/data-volume",
      ],
      "stacks/index.ts": ["./ebs/definition"],
      "modules/storage/new.ts": ["../access/key-file", "./data-volume", "@cdktf/provider-aws/lib/instance"],
      "packer/new.ts": ["../settings/load/load", "../stacks/settings", "../stacks/names/images"],
      "scripts/npm/new.ts": ["../session/local-session", "../../stacks/define-stack"],
    };
    expect(Object.values(forbidden(down)).flat()).toEqual([]);
  });
});
