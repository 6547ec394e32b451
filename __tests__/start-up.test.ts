import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { execaSync } from "execa";
import { beforeEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "./temporary-folder";

const project = resolve(__dirname, "..");

/** Loading files faster must not change what they do. */
describe("start-up.ts", () => {
  let folder: string;
  beforeEach(() => {
    folder = temporaryFolder("start-up-");
  });

  /** Runs a TypeScript program as cdktf.json runs main.ts, with start-up.ts as its first import. Returns its output. */
  function run(program: string): string {
    const file = join(folder, "program.ts");
    writeFileSync(file, `import ${JSON.stringify(join(project, "start-up"))};\n${program}`);
    return execaSync(process.execPath, ["--import", "tsx", file], { cwd: project, timeout: 200_000 }).stdout;
  }

  it("lets cdktf make an archive asset", () => {
    mkdirSync(join(folder, "asset"));
    writeFileSync(join(folder, "asset", "notes.txt"), "every byte");
    run(`
      const { App, AssetType, TerraformAsset, TerraformStack } = require(${JSON.stringify(join(project, "node_modules/cdktf"))});
      const app = new App({ outdir: ${JSON.stringify(join(folder, "out"))}, skipValidation: true });
      const stack = new TerraformStack(app, "stack");
      new TerraformAsset(stack, "asset", { path: ${JSON.stringify(join(folder, "asset"))}, type: AssetType.ARCHIVE });
      app.synth();
    `);
    const { stdout: zip } = execaSync("find", [join(folder, "out"), "-name", "*.zip"]);
    expect(readFileSync(zip).subarray(0, 2).toString()).toBe("PK");
    expect(readFileSync(zip).includes("notes.txt")).toBe(true);
  });

  it("loads CommonJS packages and ES modules", () => {
    for (const [name, code] of [
      ["common", "exports.text = 'common';"],
      ["modern", "const text = 'modern';\nexport { text };"],
    ] as const) {
      const directory = join(folder, "node_modules", name);
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, "index.js"), code);
    }
    expect(run('console.log(require("common").text, require("modern").text);')).toBe("common modern");
  });
});
