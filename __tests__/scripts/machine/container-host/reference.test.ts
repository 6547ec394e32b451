import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const folder = join(__dirname, "../../../../scripts/machine/container-host");
const text = (file: string) => readFileSync(join(folder, file), "utf8");
const readme = text("README.md");
const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
const units = files.filter((file) => file.startsWith("units/"));
const dropIns = files.filter((file) => file.startsWith("drop-ins/"));

it("README lists the keys of the configuration", () => {
  const [, required = "", defaults = ""] =
    /^REQUIRED = \((.*)\)\nDEFAULTS = \{\n(.*?)\n\}/ms.exec(text("configuration.py")) ?? [];
  const keys = [...`${required}\n${defaults}`.matchAll(/"(\w+)"/g)].map(([, key]) => key);
  const [, table = ""] = /^## The configuration\n(.*?)^An unknown key/ms.exec(readme) ?? [];
  const rows = table.split("\n").filter((line) => line.startsWith("| `"));
  expect(
    rows.flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`(\w+)`/g)].map(([, key]) => key)).sort(),
  ).toEqual(keys.sort());
});

it("README names every unit, or what starts it", () => {
  const names = units.map((file) => file.slice("units/".length).replace("@.", "@SERVICE."));
  for (const name of names) {
    const timer = name.replace(/service$/, "timer");
    expect(readme.includes(`\`${name}\``) || (names.includes(timer) && readme.includes(`\`${timer}\``)), name).toBe(
      true,
    );
  }
});

describe.each([...units, ...dropIns])("%s", (file) => {
  const unit = text(file);

  it("leaves only what the installer fills in", () => {
    const [, known = ""] = /\n {2}VALUES=\((.*?)\n {2}\)/s.exec(text("install-container-host")) ?? [];
    const names = [...known.matchAll(/\[(\w+)\]=/g)].map(([, name]) => name);
    for (const [, name] of unit.matchAll(/@([A-Z_]+)@/g)) expect(names).toContain(name);
  });

  it("runs programs that are installed", () => {
    const programs = [...unit.matchAll(/\/usr\/local\/lib\/workbench\/container-host\/([\w./-]+)/g)];
    for (const [, program = ""] of programs) expect(files).toContain(program);
  });
});

it("what Docker depends on before other services start has no default dependencies", () => {
  // Otherwise systemd would have to start it before and after the unit that mounts the volume.
  for (const file of ["drop-ins/docker.socket.conf", "units/snapshot-gate@.path"]) {
    expect(text(file)).toMatch(/^DefaultDependencies=no$/m);
    expect(text(file)).toMatch(/^Conflicts=shutdown\.target$/m);
  }
});

it("the gate gives up before prepare does, and systemd after that", () => {
  const number = (pattern: RegExp, file: string) => Number(pattern.exec(text(file))?.[1]);
  const limit = number(/^LIMIT_SEC = (\d+)$/m, "snapshot_before.py");
  const waits = number(/^limit_sec=\$\{2:-(\d+)\}$/m, "prepare/wait-for-snapshot");
  expect(limit).toBeGreaterThan(0);
  expect(waits).toBeGreaterThan(limit);
  expect(number(/^TimeoutStartSec=(\d+)$/m, "units/snapshot-gate@.service")).toBeGreaterThan(limit);
});
