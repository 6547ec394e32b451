/**
 * How CouchDB changes a value in an .ini file: in place where the section has the key, else at the end of the section,
 * else in a new section at the end of the file. CouchDB's src/config/src/config_writer.erl is the reference (read
 * November 2026). Like that, it looks at the first section of the name alone.
 */
"use strict";

/**
 * @param {string} text of the file
 * @param {string} section
 * @param {string} key
 * @param {string} value
 * @returns {string} the file's new text
 */
function withEntry(text, section, key, value) {
  const lines = text.split(/\r\n|\n|\r/);
  const entry = `${key} = ${value}`;
  const start = lines.indexOf(`[${section}]`);
  if (start < 0) return finished([...trimmed(lines), "", `[${section}]`, entry]);
  for (let at = start + 1; at < lines.length; at++) {
    if (isKey(lines[at], key)) return finished([...lines.slice(0, at), entry, ...lines.slice(at + 1)]);
    if (/^\[[\w.-]*\]/.test(lines[at])) {
      return finished([...trimmed(lines.slice(0, at)), entry, "", ...lines.slice(at)]);
    }
  }
  return finished([...trimmed(lines), entry]);
}

function isKey(line, key) {
  return line.startsWith(key) && /^\s*=/.test(line.slice(key.length));
}

function trimmed(lines) {
  const last = lines.findLastIndex((line) => line !== "");
  return lines.slice(0, last + 1);
}

function finished(lines) {
  return `${trimmed(lines).join("\n")}\n`;
}

module.exports = { withEntry };
