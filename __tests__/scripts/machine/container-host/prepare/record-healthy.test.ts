import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../../temporary-folder";
import { runScript, shells } from "./shells";

let gate: string;
beforeEach(() => {
  gate = temporaryFolder("gate-");
});

describe.each(shells())("with $name, a healthy container", (shell) => {
  const run = (image: string) => runScript(shell, "record-healthy", [gate], { WORKBENCH_IMAGE: image });
  const ran = () => path.join(gate, "ran");

  it("notes its image", async () => {
    writeFileSync(ran(), "couchdb:3.4\n");
    expect(await run("couchdb:3.5")).toMatchObject({ exitCode: 0, stderr: "" });
    expect(readFileSync(ran(), "utf8")).toBe("couchdb:3.5\n");
    expect(readdirSync(gate)).toEqual(["ran"]);
  });

  it("writes nothing when it is noted already", async () => {
    await run("couchdb:3.5");
    const { ino } = statSync(ran());
    expect((await run("couchdb:3.5")).exitCode).toBe(0);
    expect(statSync(ran()).ino).toBe(ino);
  });

  it("fails without a gate, so that the check fails", async () => {
    gate = path.join(gate, "none");
    expect((await run("couchdb:3.5")).exitCode).not.toBe(0);
  });
});
