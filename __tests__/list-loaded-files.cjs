/** Preloaded into a program: at its end, writes every CommonJS file that it loaded, as JSON, to the file LOADED_FILES. */
"use strict";

const { isMainThread } = require("node:worker_threads");

if (isMainThread) {
  process.on("exit", () => {
    require("node:fs").writeFileSync(process.env.LOADED_FILES, JSON.stringify(Object.keys(require.cache)));
  });
}
