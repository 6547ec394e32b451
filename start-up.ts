/**
 * Speeds up the start. main.ts imports this file first, since loading files takes most of a synth. Each comment gives
 * the time saved, out of half a second. A synth takes about 2.5 times as long as merely loading the libraries.
 * Without this file, it would take more than three times as long. `npm run bench` measures that.
 */
import { readFileSync } from "node:fs";
import { createRequire, Module } from "node:module";

/**
 * Saves 50 ms. Every file of cdktf has a source map, and cdktf takes a stack trace for every token: Node would read all
 * the maps to map the traces.
 */
process.setSourceMapsEnabled(false);

/** Prints an error that nobody caught, with the maps, which only then take time. */
process.once("uncaughtException", async (error) => {
  process.exitCode = 1;
  const { printError } = await import("./print-error");
  printError(error);
});

/** Start of a line that only an ES module contains. */
const ES_MODULE_LINE = /^(?:import|export)\b(?![.(])/m;

/** tsx parses every JavaScript file to detect ES modules, which takes 40 ms. This regular expression takes 3 ms. */
const parseAndLoad = require.extensions[".js"];
require.extensions[".js"] = (module, file) => {
  const code = readFileSync(file, "utf8");
  if (ES_MODULE_LINE.test(code)) parseAndLoad?.(module, file);
  else (module as CompilingModule)._compile(code, file);
};

/** A module with the method that Node's own loader calls. */
interface CompilingModule extends NodeJS.Module {
  _compile(code: string, file: string): void;
}

/** cdktf loads a zip library for archive assets, which takes 45 ms. Load it only when there is such an asset. */
const requireAsCdktf = createRequire(require.resolve("cdktf"));
const archiver = new Module(requireAsCdktf.resolve("archiver"));
archiver.loaded = true;
archiver.exports = (...args: unknown[]) => {
  delete require.cache[archiver.id];
  return requireAsCdktf(archiver.id)(...args);
};
require.cache[archiver.id] = archiver;
