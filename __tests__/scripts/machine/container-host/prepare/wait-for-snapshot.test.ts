import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../../temporary-folder";
import { runScript, shells } from "./shells";

const image = `111122223333.dkr.ecr.eu-west-1.amazonaws.com/couchdb@sha256:${"a".repeat(64)}`;

let gate: string;
beforeEach(() => {
  gate = temporaryFolder("gate-");
});

const file = (name: string) => path.join(gate, name);

/** Waits for a request, takes it away as the host does, and returns its id and its image. */
async function taken(): Promise<string[]> {
  while (!existsSync(file("wanted"))) await sleep(20);
  const text = readFileSync(file("wanted"), "utf8");
  rmSync(file("wanted"));
  expect(text).toMatch(/^[0-9a-f-]{36} \S+\n$/);
  return text.trim().split(" ");
}

describe.each(shells())("with $name, prepare", (shell) => {
  const run = (limitSec: string, env: Record<string, string> = { WORKBENCH_IMAGE: image }) =>
    runScript(shell, "wait-for-snapshot", [gate, limitSec], env);

  it("asks for its image, and goes on when the host allows it", async () => {
    const waiting = run("600");
    const [request, asked] = await taken();
    expect(asked).toBe(image);
    writeFileSync(file("allowed"), `${request} the snapshot snap-1 was taken\n`);
    expect(await waiting).toMatchObject({ exitCode: 0, stdout: "wait-for-snapshot: the snapshot snap-1 was taken" });
    expect(readdirSync(gate)).toEqual(["allowed"]);
  });

  it("fails with the host's sentence when the host refuses", async () => {
    const waiting = run("600");
    const [request] = await taken();
    writeFileSync(file("refused"), `${request} no snapshot of vol-1: 403 "\\n" $(x) %s\n`);
    expect(await waiting).toMatchObject({
      exitCode: 1,
      stdout: "",
      stderr: 'wait-for-snapshot: no snapshot of vol-1: 403 "\\n" $(x) %s',
    });
  });

  it("fails when the host does not answer, whatever it said to others", async () => {
    for (const name of ["allowed", "refused"]) writeFileSync(file(name), "another-request yes\n");
    writeFileSync(file("allowed"), "\n");
    const { exitCode, stderr } = await run("1");
    expect(exitCode).toBe(1);
    expect(stderr).toBe(
      'wait-for-snapshot: the host did not answer for 1 seconds: look at its journal (journalctl --unit "snapshot-gate@*")',
    );
  });

  it("fails for a folder that it cannot write to", async () => {
    rmSync(gate, { recursive: true });
    const { exitCode, stderr } = await run("1");
    expect(exitCode).toBe(1);
    expect(stderr).toBe(`wait-for-snapshot: ${gate}: expected the folder of the host's answers, got none: mount it`);
  });

  it("fails without the name of its image", async () => {
    const { exitCode, stderr } = await run("1", {});
    expect(exitCode).toBe(1);
    expect(stderr).toBe("wait-for-snapshot: WORKBENCH_IMAGE: expected the image of this task, got nothing: set it");
    expect(readdirSync(gate)).toEqual([]);
  });
});

const [shell] = shells();
it.skipIf(shell === undefined)("prepare asks again when its request was taken and not answered", async () => {
  if (shell === undefined) return;
  const waiting = runScript(shell, "wait-for-snapshot", [gate, "600", "1"], { WORKBENCH_IMAGE: image });
  const first = await taken();
  const second = await taken();
  expect(second).toEqual(first);
  writeFileSync(file("allowed"), `${first[0]} it is allowed\n`);
  expect((await waiting).exitCode).toBe(0);
});
