import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const project = resolve(__dirname, "..");

/** Of these imports those that biome.json forbids in a file, all asked about at once: `{ "stacks/new.ts": ["./ebs"] }`. */
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

/** Arrows point down: settings, command, stacks, modules. */
describe("imports", () => {
  it("fails for those that point up", () => {
    const up = {
      "settings/new.ts": ["../guards/protection", "../stacks/ebs", "../scripts/support/project", "../app"],
      "guards/new.ts": ["../stacks/ebs", "../modules/storage/data-volume", "../scripts/support/project", "../app"],
      "stacks/new.ts": ["./ebs", "./another", "../scripts/support/project", "../packer/images", "../start-up"],
      "modules/storage/new.ts": ["../../settings/schema", "../../guards/protection", "../../packer/images", "node:fs"],
    };
    expect(forbidden(up)).toEqual(up);
  });

  it("may point down", () => {
    const down = {
      "settings/new.ts": ["./schema", "../stacks/names/images", "node:fs"],
      "guards/new.ts": ["../settings/schema", "./cdktf-command"],
      "stacks/new.ts": [
        "./workbench-stack",
        "./data-volume-name",
        "../settings/schema",
        "../modules/storage/data-volume",
      ],
      "modules/storage/new.ts": ["../access/key-file", "./data-volume", "@cdktf/provider-aws/lib/instance"],
    };
    expect(Object.values(forbidden(down)).flat()).toEqual([]);
  });
});
