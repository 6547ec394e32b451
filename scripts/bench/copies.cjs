/**
 * The program with its stacks many times over, in one process: each copy is an environment with an output folder of its own.
 * CommonJS as main.ts is, so that it loads what main.ts loads in the same way.
 *
 *     node --import tsx scripts/bench/copies.cjs <folder> <number of copies>
 */
"use strict";

require("../../start-up");
const { mkdirSync } = require("node:fs");
const { join } = require("node:path");
const { buildApp } = require("../../app");
const { loadSettings } = require("../../settings/load/load");

const [folder, copies] = process.argv.slice(2);
const settings = loadSettings();
mkdirSync(folder, { recursive: true });
for (let copy = 1; copy <= Number(copies); copy++) {
  buildApp({ ...settings, environment: `copy-${copy}` }, { outdir: join(folder, String(copy)) }).synth();
}
