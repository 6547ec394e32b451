import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { beforeEach, describe, expect, test } from "vitest";
import { temporaryFolder } from "../../temporary-folder";

const bootstrap = path.resolve("scripts/setup/bootstrap.cjs");
const { installedMatchesLockfile, npmReason, nodeProblem } = require(bootstrap);

describe("Node's version", () => {
  test.each([
    ["20.9.0", ">=20.9"],
    ["20.20.2", ">=20.9"],
    ["22.0.0", ">=20.9"],
  ])("%s is good for %s", (version, range) => {
    expect(nodeProblem(version, range)).toBeUndefined();
  });

  test.each(["18.20.4", "20.8.1"])("fails with one sentence for %s", (version) => {
    expect(nodeProblem(version, ">=20.9")).toBe(
      `Node.js ${version} is too old: Workbench needs 20.9 or newer; install it and run the command again`,
    );
  });
});

test("every npm command starts through the bootstrap, also in a fresh clone", () => {
  const { postinstall, ...scripts }: Record<string, string> = require("../../../package.json").scripts;
  expect(postinstall, "what `npm ci` itself runs").toBe("node scripts/setup/patch-cdktf-cli.cjs");
  for (const script of Object.values(scripts)) {
    const [, file = "missing"] = /^node scripts\/setup\/bootstrap\.cjs (\S+\.ts)$/.exec(script) ?? [];
    expect(existsSync(path.resolve(file)), script).toBe(true);
  }
});

describe("a project", () => {
  let root: string;
  beforeEach(() => {
    root = temporaryFolder("bootstrap-");
    mkdirSync(path.join(root, "scripts", "setup"), { recursive: true });
    for (const file of ["bootstrap.cjs", "patch-cdktf-cli.cjs"]) {
      cpSync(path.join(path.dirname(bootstrap), file), path.join(root, "scripts", "setup", file));
    }
    writeFileSync(path.join(root, "package.json"), '{"engines":{"node":">=20.9"}}');
  });

  function lockfile(file: string, packages: Record<string, object>): void {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), JSON.stringify({ packages }));
  }

  const wanted = {
    "": {},
    "node_modules/a": { version: "1.0.0" },
    "node_modules/for-another-platform": { version: "1.0.0", optional: true },
  };

  test.each([
    ["the lockfile's packages, except one for another platform", { "node_modules/a": { version: "1.0.0" } }, true],
    ["another version", { "node_modules/a": { version: "1.0.1" } }, false],
    ["an extra package", { "node_modules/a": { version: "1.0.0" }, "node_modules/b": { version: "1.0.0" } }, false],
    ["a missing package", {}, false],
  ])("with %s installed", (_name, installed, expected) => {
    lockfile("package-lock.json", wanted);
    lockfile("node_modules/.package-lock.json", installed);
    expect(installedMatchesLockfile(root)).toBe(expected);
  });

  test("without node_modules needs an installation", () => {
    lockfile("package-lock.json", wanted);
    expect(installedMatchesLockfile(root)).toBe(false);
  });

  test("fails with one sentence and exit code 1 when npm ci fails", async () => {
    lockfile("package-lock.json", wanted);
    writeFileSync(
      path.join(root, "npm"),
      "#!/bin/sh\necho 'npm error code ENOTFOUND\nnpm error network request failed' >&2; exit 1\n",
    );
    chmodSync(path.join(root, "npm"), 0o755);
    const result = await execa(process.execPath, ["scripts/setup/bootstrap.cjs", "x.ts"], {
      cwd: root,
      env: { PATH: `${root}:/usr/bin:/bin` },
      reject: false,
    });
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toMatch(
      /error: npm ci failed: network request failed; its output is in \.workbench\/logs\/npm-ci\.log$/,
    );
  });
});

test.each([
  [
    "npm error code E404\nnpm error 404 Not Found - GET a\nnpm error A complete log of this run: /x\n",
    "404 Not Found - GET a",
  ],
  ["npm error code EUSAGE\nnpm error\nnpm error `npm ci` can only\nnpm error Usage:\n", "`npm ci` can only"],
  ["npm warn old\nKilled\n", "npm gave no reason"],
])("the reason is extracted from %j", (output, reason) => {
  expect(npmReason(output)).toBe(reason);
});

test("the lockfile has the packages of all platforms, which `npm ci` requires", () => {
  const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
  const wanted = Object.entries<{ optionalDependencies?: Record<string, string> }>(packages).flatMap(([where, entry]) =>
    Object.keys(entry.optionalDependencies ?? {}).map((name) => [
      `${where}/node_modules/${name}`,
      `node_modules/${name}`,
    ]),
  );
  expect(wanted.filter((places) => !places.some((place) => packages[place]))).toEqual([]);
});
