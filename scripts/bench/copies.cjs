/**
 * Synthesizes the program's stacks many times in one process. Each copy is an environment with an output folder of its
 * own. This is CommonJS, as main.ts is, so that it loads the same modules in the same way.
 *
 *     node --import tsx scripts/bench/copies.cjs <folder> <number of copies>
 */
"use strict";

require("../../start-up");
const { mkdirSync } = require("node:fs");
const { join } = require("node:path");
const { buildApp, loadStacks } = require("../../app");
const { loadSettings } = require("../../stacks/settings");

const [folder, copies] = process.argv.slice(2);
const settings = loadSettings();
mkdirSync(folder, { recursive: true });
void loadStacks().then((stacks) => {
  for (let copy = 1; copy <= Number(copies); copy++) {
    const environment = `copy-${copy}`;
    buildApp(stacks, { ...settings, environment }, { outdir: join(folder, String(copy)) }).synth();
  }
});
