/**
 * The minimum work of a program with these stacks: loads cdktf and the provider's modules, and writes a file.
 *
 *     node scripts/bench/floor.cjs <file to write> [module]…
 */
"use strict";

const { writeFileSync } = require("node:fs");

const [file, ...modules] = process.argv.slice(2);
require("cdktf");
for (const module of modules) require(module);
writeFileSync(file, "{}\n");
