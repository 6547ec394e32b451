/**
 * CouchDB's chain of configuration files: default.ini, default.d, local.ini, local.d, the folders sorted by name. A later
 * value replaces an earlier one. CouchDB's src/config/src/config.erl is the reference (read November 2026).
 */
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { withEntry } = require("./ini-writer.cjs");

/**
 * The files of the chain, first to last.
 * @param {string} etc the folder of default.ini
 * @returns {string[]}
 */
function chainOf(etc) {
  return ["default", "local"].flatMap((name) => [
    path.join(etc, `${name}.ini`),
    ...iniFiles(path.join(etc, `${name}.d`)),
  ]);
}

function iniFiles(folder) {
  if (!fs.existsSync(folder)) return [];
  const names = fs.readdirSync(folder).filter((name) => name.endsWith(".ini") && !name.startsWith("."));
  return names.sort().map((name) => path.join(folder, name));
}

/**
 * The entries of one file: [section, key, value]. An empty value takes back what earlier files say, so it is undefined.
 * @param {string} text
 * @returns {[string, string, string | undefined][]}
 */
function parseIni(text) {
  let section = "";
  const entries = [];
  for (const raw of text.split(/\r\n|\n|\r/)) {
    const line = raw.replace(/(^|[ \t]);.*$/, "").trim();
    const header = /^\[([^\]]+)\]$/.exec(line);
    if (header) section = header[1];
    else if (line !== "" && !line.startsWith("[") && section !== "") {
      const [key, value] = splitOnce(line, " = ") ?? splitOnce(line, "=") ?? [];
      if (key) entries.push([section, key.trim(), value.trim() || undefined]);
    }
  }
  return entries;
}

function splitOnce(line, separator) {
  const at = line.indexOf(separator);
  return at < 0 ? undefined : [line.slice(0, at), line.slice(at + separator.length)];
}

/** The configuration of a server: what the files say, and changes that are written to the last of them. */
class Configuration {
  #files;
  #sections = new Map();

  /** @param {string} etc the folder of default.ini */
  constructor(etc) {
    this.#files = chainOf(etc);
    for (const file of this.#files) {
      if (!fs.existsSync(file)) throw new Error(`${file} is missing: it is part of the image, mount only local.d`);
      const entries = parseIni(fs.readFileSync(file, "utf8"));
      for (const [section, key, value] of entries) if (value === undefined) this.section(section).delete(key);
      for (const [section, key, value] of entries) if (value !== undefined) this.section(section).set(key, value);
    }
  }

  /**
   * @param {string} name
   * @returns {Map<string, string>}
   */
  section(name) {
    if (!this.#sections.has(name)) this.#sections.set(name, new Map());
    return this.#sections.get(name);
  }

  /**
   * @param {string} section
   * @param {string} key
   * @returns {string | undefined}
   */
  get(section, key) {
    return this.section(section).get(key);
  }

  /** Changes a value here and in the chain's last file, where it survives a power cut. */
  set(section, key, value) {
    this.section(section).set(key, value);
    const file = this.#files.at(-1);
    replaceFile(file, withEntry(fs.readFileSync(file, "utf8"), section, key, value));
  }
}

/** Writes a file so that a power cut leaves the old text or the new one. */
function replaceFile(file, text) {
  const { mode } = fs.statSync(file);
  const draft = `${file}.new`;
  fs.writeFileSync(draft, text, { mode });
  syncPath(draft);
  fs.renameSync(draft, file);
  syncPath(path.dirname(file));
}

/** Waits until a file or a folder is on the disk. */
function syncPath(name) {
  const descriptor = fs.openSync(name, "r");
  try {
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

module.exports = { Configuration, chainOf, parseIni, syncPath };
