import { chmodSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { beforeEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "../../temporary-folder";

const scripts = path.join(import.meta.dirname, "../../../packer/workbench/provision");

/** Output of programs that cannot fetch. */
const unreachable = {
  "apt-get": [
    "Err:1 http://mirror.example/debian trixie InRelease",
    "  Temporary failure resolving 'mirror.example'",
    "E: Failed to fetch http://mirror.example/debian/dists/trixie/InRelease  Temporary failure resolving 'mirror.example'",
    "E: Some index files failed to download.",
  ],
  lein: [
    "Could not transfer artifact org.clojure:clojure:jar:1.12.6 from/to central (https://maven.example/): transfer failed for https://maven.example/clojure-1.12.6.jar",
    "This could be due to a typo in :dependencies, file system permissions, or network issues.",
  ],
} as const;

let folder: string;
beforeEach(() => {
  folder = temporaryFolder("unreachable-");
});

function program(name: string, body: string): void {
  writeFileSync(path.join(folder, name), `#!/bin/sh\n${body}\n`);
  chmodSync(path.join(folder, name), 0o755);
}

/** Runs a provisioning script in which one program fails. Waiting between attempts takes no time. */
function run(script: string, failing: keyof typeof unreachable, environment: NodeJS.ProcessEnv) {
  program(
    failing,
    `echo attempt >>${folder}/attempts\ncat <<'WORDS'\n${unreachable[failing].join("\n")}\nWORDS\nexit 1`,
  );
  program("sleep", "exit 0");
  return execa("bash", [path.join(scripts, script)], {
    env: { PATH: `${folder}:${process.env["PATH"]}`, HOME: folder, ...environment },
    extendEnv: false,
    reject: false,
  });
}

// GNU's tools, as on the machine.
const linux = process.platform === "linux";
describe.skipIf(!linux)(linux ? "fails with one sentence when" : "fails when (needs Linux)", () => {
  it("Debian's packages cannot be reached", async () => {
    const { exitCode, stderr } = await run("install-packages", "apt-get", { JAVA_VERSION: "21" });
    expect(exitCode).toBe(1);
    expect(stderr).toBe(
      "install-packages: apt-get update failed (Failed to fetch http://mirror.example/debian/dists/trixie/InRelease  Temporary failure resolving 'mirror.example'): give the build machine a way to Debian's packages, or an apt proxy",
    );
  });

  it("a Maven repository cannot be reached, after three attempts", async () => {
    const environment = { CLOJURE: "1.12.6", TOOLS_DEPS_CLI: "0.31.162", ACCEPT_LIBRARIES: "false" };
    const { exitCode, stderr } = await run("fetch-libraries", "lein", environment);
    expect(exitCode).toBe(1);
    expect(stderr).toBe(
      `fetch-libraries: ${unreachable.lein[0]}: give the build machine a way to the Maven repositories, or name ones that it reaches in image.mavenRepositories`,
    );
    const { stdout } = await execa("cat", [path.join(folder, "attempts")]);
    expect(stdout.split("\n")).toHaveLength(3);
  });
});
