/**
 * Preloaded into every Node.js process of a measured command. Each process writes its resource usage to a file of its
 * own. Node counts the usage in the same way on every platform, and needs no other program for it.
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
