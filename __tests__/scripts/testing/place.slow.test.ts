import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { claimPlace, isFree } from "../../../scripts/testing/place";
import places from "../../../scripts/testing/places.json";
import { temporaryFolder } from "../../temporary-folder";

const module = path.resolve("scripts/testing/place.ts");
const LIMIT = { timeout: 600_000, interval: 100 };

/** This test keeps its own records of places. The claims are shared by the whole computer. */
let cache: string;
beforeEach(() => {
  cache = temporaryFolder("places-");
});

const records = () => readdirSync(path.join(cache, "workbench", "test-places", hostname()));

/** Runs a program with the exports of place.ts as `place`. */
function run(program: string) {
  const source = `import * as place from ${JSON.stringify(module)}; ${program}`;
  const args = ["--import", "tsx", "--input-type=module", "--eval", source];
  return execa(process.execPath, args, { env: { XDG_CACHE_HOME: cache, TMPDIR: cache }, reject: false });
}

interface Claimed {
  readonly port: number;
  readonly network: string;
  readonly folder: string;
}

/** Starts a process that claims a place, prints it, and holds it. */
async function hold() {
  const running = run("console.log(JSON.stringify(await place.claimPlace())); setInterval(() => {}, 1000);");
  const line = await new Promise<string>((resolve, reject) => {
    running.stdout.once("data", (data) => resolve(String(data)));
    running.then(({ stderr }) => reject(new Error(stderr)));
  });
  return { running, place: JSON.parse(line) as Claimed };
}

/** Kills the process that would sweep the place after its holder is gone. */
async function killWatcher({ folder }: Claimed): Promise<void> {
  await execa("pkill", ["--signal", "KILL", "--full", `^sh -c cat > /dev/null.*${folder}`]);
}

test("processes that claim at the same time get different places", async () => {
  const holders = await Promise.all(Array.from({ length: 4 }, hold));
  for (const key of ["port", "network", "folder"] as const) {
    expect(new Set(holders.map(({ place }) => place[key])).size).toBe(4);
  }
  for (const { running } of holders) running.kill("SIGKILL");
  await vi.waitFor(() => expect(records()).toEqual([]), LIMIT);
});

test("the folder of a killed holder is swept", async () => {
  const { running, place } = await hold();
  writeFileSync(path.join(place.folder, "file"), "");
  running.kill("SIGKILL");
  await vi.waitFor(() => expect(existsSync(place.folder)).toBe(false), LIMIT);
  await vi.waitFor(() => expect(records()).toEqual([]), LIMIT);
});

test("the next run sweeps an abandoned place, and no place that is held", async () => {
  const [killed, alive] = await Promise.all([hold(), hold()]);
  for (const { place } of [killed, alive]) writeFileSync(path.join(place.folder, "file"), "");
  await killWatcher(killed.place);
  killed.running.kill("SIGKILL");
  await killed.running;
  expect(existsSync(killed.place.folder)).toBe(true);
  // Concurrent tests may claim the abandoned place for a moment, because they have other records.
  const sweepAll = () => run("console.log(JSON.stringify(await place.sweepAbandonedPlaces()))");
  await vi.waitFor(async () => {
    expect((await sweepAll()).stdout).toBe("[]");
    expect(existsSync(killed.place.folder)).toBe(false);
  }, LIMIT);
  expect(existsSync(path.join(alive.place.folder, "file"))).toBe(true);
  alive.running.kill("SIGKILL");
  await vi.waitFor(() => expect(records()).toEqual([]), LIMIT);
});

test("giving a place back leaves nothing, and doing it again takes nothing from the next holder", async () => {
  const { stdout } = await run(`
    const { writeFileSync } = await import("node:fs");
    const one = await place.claimPlace();
    await one.giveBack();
    const number = one.port - ${places.firstAwsPort};
    const record = ${JSON.stringify(path.join(cache, "workbench", "test-places", hostname()))} + "/" + number;
    writeFileSync(record, "somebody else's folder");
    await one.giveBack();
    console.log(JSON.stringify(one));`);
  const one = JSON.parse(stdout) as Claimed;
  expect(records()).toEqual([String(one.port - places.firstAwsPort)]);
  expect(existsSync(one.folder)).toBe(false);
});

const mayRoute = process.getuid?.() === 0 && process.platform === "linux";
test.skipIf(!mayRoute)("a place whose network already has a route is not free (as root on Linux)", async () => {
  const { port, network, giveBack } = await claimPlace();
  const number = port - places.firstAwsPort;
  const route = ["unreachable", network.replace(/\d+$/, "24")];
  onTestFinished(async () => {
    await execa("ip", ["route", "del", ...route], { reject: false });
    await giveBack();
  });
  expect(await isFree(number)).toBe(true);
  await execa("ip", ["route", "add", ...route]);
  expect(await isFree(number)).toBe(false);
});
