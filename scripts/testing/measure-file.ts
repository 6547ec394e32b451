/** Set-up of every vitest file. In `npm test` it appends the file's time to the usage file when the file is done. */
import { appendFileSync } from "node:fs";
import path from "node:path";
import { afterAll, expect } from "vitest";
import { projectRoot } from "../support/project";
import { cpuSec, USAGE_FILE_VARIABLE } from "./usage";

const usageFile = process.env[USAGE_FILE_VARIABLE];
if (usageFile) {
  const [wallBefore, cpuBefore] = [performance.now(), cpuSec()];
  // Registered before the file's own hooks, so it runs after them.
  afterAll(() => {
    const name = path.relative(projectRoot, expect.getState().testPath ?? "");
    const cost = { name, wallSec: (performance.now() - wallBefore) / 1000, cpuSec: cpuSec() - cpuBefore };
    appendFileSync(usageFile, `${JSON.stringify(cost)}\n`);
  });
}
