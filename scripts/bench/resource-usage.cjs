/**
 * Preloaded into every Node.js process of a measured command: each leaves what it used, as Node counts it, in a file of its
 * own. Node counts alike on every platform, and needs no other program to ask.
 */
"use strict";

const { isMainThread } = require("node:worker_threads");
const directory = process.env.BENCH_USAGE_DIRECTORY;

if (isMainThread && directory) {
  process.on("exit", () => {
    const { writeFileSync } = require("node:fs");
    const { join } = require("node:path");
    writeFileSync(join(directory, String(process.pid)), JSON.stringify(process.resourceUsage()));
  });
}
