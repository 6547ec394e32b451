/**
 * Makes the start quick, as the first import of main.ts: loading files is most of a synth. Each measure says what it saves
 * of half a second; `npm run bench` shows what is left.
 */
import { readFileSync } from "node:fs";
import { createRequire, Module } from "node:module";

/**
 * Every file of cdktf carries a source map, and cdktf takes a stack trace for every token: 50 ms to read the ones and map
 * the others. Our own files need neither, since tsx keeps their line numbers.
 */
process.setSourceMapsEnabled(false);

/** The start of a line that only an ES module has. */
const ES_MODULE_LINE = /^(?:import|export)\b(?![.(])/m;

/** tsx parses every JavaScript file to find out whether it is an ES module: 40 ms. A look at its lines costs 3 ms. */
const parseAndLoad = require.extensions[".js"];
require.extensions[".js"] = (module, file) => {
  const code = readFileSync(file, "utf8");
  if (ES_MODULE_LINE.test(code)) parseAndLoad?.(module, file);
  else (module as CompilingModule)._compile(code, file);
};

/** What Node's own loader calls. */
interface CompilingModule extends NodeJS.Module {
  _compile(code: string, file: string): void;
}

/** cdktf brings a zip library for assets that are archives: 45 ms to load, so that waits until there is one. */
const requireAsCdktf = createRequire(require.resolve("cdktf"));
const archiver = new Module(requireAsCdktf.resolve("archiver"));
archiver.loaded = true;
archiver.exports = (...args: unknown[]) => {
  delete require.cache[archiver.id];
  return requireAsCdktf(archiver.id)(...args);
};
require.cache[archiver.id] = archiver;
