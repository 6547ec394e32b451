import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { execaSync } from "execa";
import { expect, it } from "vitest";
import { temporaryFolder } from "./temporary-folder";

const project = resolve(__dirname, "..");

/** Runs files as cdktf.json runs main.ts, the first of them with start-up.ts as its first import. */
function run(files: Readonly<Record<string, string>>) {
  const folder = temporaryFolder("print-error-");
  const [first = ""] = Object.keys(files);
  for (const [name, text] of Object.entries(files)) {
    const head = name === first ? `import ${JSON.stringify(join(project, "start-up"))};\n` : "";
    writeFileSync(join(folder, name), head + text.replaceAll("PROJECT", project));
  }
  const { exitCode, stdout, stderr } = execaSync(process.execPath, ["--import", "tsx", join(folder, first)], {
    cwd: project,
    reject: false,
    timeout: 200_000,
  });
  return { exitCode, stdout, stderr: stderr.replaceAll(`${folder}/`, "") };
}

const wrong = `
/** The volume. */
interface Volume {
  readonly size?: { readonly value: number };
}

export const sizeOf = (volume: Volume) =>
  volume.size!.value;
`;

it("fails with the position in the TypeScript file, and without its JavaScript", () => {
  const { exitCode, stderr } = run({
    "program.ts": 'import { sizeOf } from "./wrong";\n\nsizeOf({});',
    "wrong.ts": wrong,
  });
  expect(exitCode).toBe(1);
  expect(stderr.split("\n").slice(0, 3)).toEqual([
    "TypeError: Cannot read properties of undefined (reading 'value')",
    "    at sizeOf (wrong.ts:8:16)",
    "    at program.ts:4:1",
  ]);
  expect(stderr).not.toContain("__defProp");
});

it("fails so after a promise and in a cause, too", () => {
  const { exitCode, stderr } = run({
    "program.ts": `const load = async () => (await import("./wrong")).sizeOf({});
load().catch((cause) => {
  throw new Error("no size", { cause });
});`,
    "wrong.ts": wrong,
  });
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^Error: no size\n {4}at .*program\.ts:4:9/);
  expect(stderr).toContain("at Object.sizeOf (wrong.ts:8:16)");
});

it("fails with one sentence for an error that the user can fix, also while files are loaded", () => {
  const { exitCode, stdout, stderr } = run({
    "program.ts": 'import "./settings";\nconsole.log("loaded");',
    "settings.ts": 'import { UserError } from "PROJECT/settings/user-error";\nthrow new UserError("size: too small");',
  });
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 1, stdout: "", stderr: "size: too small" });
});

it("fails with esbuild's position for a file that has no syntax", () => {
  const { exitCode, stderr } = run({ "program.ts": 'import("./wrong");', "wrong.ts": "\nconst const;" });
  expect(exitCode).toBe(1);
  expect(stderr).toContain('wrong.ts:2:6: ERROR: Expected identifier but found "const"');
  expect(stderr).not.toContain("triggerUncaughtException");
});
