import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { beforeEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../temporary-folder";

const scripts = path.join(import.meta.dirname, "../../../../scripts/machine/container-host");

let folder: string;
beforeEach(() => {
  folder = temporaryFolder("container-host-");
});

/** Puts a shell script first on the PATH. It can note its arguments with `asked`. */
function program(name: string, body: string): void {
  const file = path.join(folder, name);
  writeFileSync(file, `#!/bin/bash\nasked() { printf '%s\\n' "$*" >>"${folder}/asked"; }\n${body}\n`);
  chmodSync(file, 0o755);
}

/** What the programs noted. */
function asked(): string[] {
  const file = path.join(folder, "asked");
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
}

const run = (script: string, ...args: string[]) =>
  execa("bash", [path.join(scripts, script), ...args], {
    env: { PATH: `${folder}:${process.env["PATH"]}` },
    extendEnv: false,
    reject: false,
  });

// GNU's tools, as on the machine.
const linux = process.platform === "linux";
describe.skipIf(!linux)(linux ? "on a container host" : "on a container host (needs Linux)", () => {
  describe("close-metadata", () => {
    const drop = "-A DOCKER-USER -d 169.254.169.254/32 -j DROP";
    const rules = (...lines: string[]) =>
      program(
        "iptables",
        `asked "$@"\n[[ $3 != --list-rules ]] || printf '%s\\n' '${["-N DOCKER-USER", ...lines].join("' '")}'`,
      );
    const inserts = () => asked().filter((line) => line.includes("--insert"));
    const insert = "--wait 60 --insert DOCKER-USER 1 --destination 169.254.169.254/32 --jump DROP";

    it.each([
      ["no rule is there", ["-A DOCKER-USER -j RETURN"]],
      ["the chain is empty", []],
      ["another rule comes before it", ["-A DOCKER-USER -s 172.17.0.0/16 -j ACCEPT", drop]],
    ])("drops packets to the metadata before any other rule: %s", async (_, lines) => {
      rules(...lines);
      expect(await run("close-metadata")).toMatchObject({ exitCode: 0, stderr: "" });
      expect(inserts()).toEqual([insert]);
    });

    it("changes nothing when the rule is the first", async () => {
      rules(drop, "-A DOCKER-USER -j RETURN");
      expect((await run("close-metadata")).exitCode).toBe(0);
      expect(inserts()).toEqual([]);
    });

    it("fails with one sentence without Docker's chain", async () => {
      program("iptables", 'echo "iptables: No chain/target/match by that name." >&2; exit 1');
      const { exitCode, stderr } = await run("close-metadata");
      expect(exitCode).toBe(1);
      expect(stderr).toBe(
        'close-metadata: expected the chain DOCKER-USER, which Docker makes, got "iptables: No chain/target/match by that ' +
          'name.": let Docker manage iptables ("iptables": true in /etc/docker/daemon.json)',
      );
    });
  });

  describe("stop-containers", () => {
    const docker = (ids: string) => program("docker", `asked "$@"\n[[ $2 != ls ]] || printf '%s' '${ids}'`);

    it("stops all containers at once, each with the limit", async () => {
      program("systemctl", "exit 0");
      docker("c1\nc2\n");
      expect((await run("stop-containers", "90")).exitCode).toBe(0);
      expect(asked()).toEqual(["container ls --quiet", "container stop --time 90 c1 c2"]);
    });

    it("has nothing to do without a container", async () => {
      program("systemctl", "exit 0");
      docker("");
      expect((await run("stop-containers", "90")).exitCode).toBe(0);
      expect(asked()).toEqual(["container ls --quiet"]);
    });

    it("does not ask a Docker that is gone, which would start it", async () => {
      program("systemctl", "exit 3");
      docker("c1\n");
      expect((await run("stop-containers", "90")).exitCode).toBe(0);
      expect(asked()).toEqual([]);
    });

    it("fails when Docker fails", async () => {
      program("systemctl", "exit 0");
      program("docker", '[[ $2 != ls ]] || { echo c1; exit 0; }; echo "daemon is busy" >&2; exit 7');
      expect(await run("stop-containers", "90")).toMatchObject({ exitCode: 7, stderr: "daemon is busy" });
    });
  });

  describe("prune-images", () => {
    /** A Docker with images, one a line, of which `used` is in a container. */
    const docker = (images: readonly string[], used = "", remove = "") =>
      program(
        "docker",
        `case "$1 $2" in
  "container ls") echo '${used && "c1"}' ;;
  "container inspect") echo '${used}' ;;
  "image ls") printf '%s\\n' '${images.join("' '")}' ;;
  "image rm") asked "$3"; ${remove || "true"} ;;
esac`,
      );

    it("removes images that no container has, by every name of theirs", async () => {
      docker(
        [
          "sha256:1 couchdb 3.4 <none>",
          "sha256:1 repository/couchdb 3.4 <none>",
          "sha256:2 repository/couchdb <none> sha256:d2",
          "sha256:3 <none> <none> <none>",
          "sha256:4 repository/couchdb <none> sha256:d4",
        ],
        "sha256:4",
      );
      expect((await run("prune-images")).exitCode).toBe(0);
      expect(asked()).toEqual(["couchdb:3.4", "repository/couchdb:3.4", "repository/couchdb@sha256:d2", "sha256:3"]);
    });

    it("keeps the images of the agent, which cannot be fetched again", async () => {
      docker(["sha256:1 amazon/amazon-ecs-pause 0.1.0 <none>", "sha256:2 amazon/amazon-ecs-agent latest <none>"]);
      expect((await run("prune-images")).exitCode).toBe(0);
      expect(asked()).toEqual([]);
    });

    it("goes on after an image that a container has got meanwhile", async () => {
      docker(["sha256:1 a 1 <none>", "sha256:2 b 1 <none>"], "", "false");
      expect(await run("prune-images")).toMatchObject({
        exitCode: 0,
        stderr: "prune-images: a:1 stays\nprune-images: b:1 stays",
      });
    });

    it("has nothing to do without images", async () => {
      docker([]);
      expect(await run("prune-images")).toMatchObject({ exitCode: 0, stderr: "" });
      expect(asked()).toEqual([]);
    });

    it("fails when Docker does not answer", async () => {
      program("docker", 'echo "Cannot connect to the Docker daemon" >&2; exit 1');
      expect((await run("prune-images")).exitCode).toBe(1);
    });
  });
});
