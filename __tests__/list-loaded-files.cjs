/** Preload it into a program. At the end, it writes the program's CommonJS files to the file LOADED_FILES, as JSON. */
"use strict";

const { isMainThread } = require("node:worker_threads");

if (isMainThread) {
  process.on("exit", () => {
    require("node:fs").writeFileSync(process.env.LOADED_FILES, JSON.stringify(Object.keys(require.cache)));
  });
}
