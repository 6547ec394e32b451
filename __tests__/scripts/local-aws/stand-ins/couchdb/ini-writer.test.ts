import { expect, test } from "vitest";

const {
  withEntry,
} = require("../../../../../scripts/local-aws/stand-ins/couchdb/rootfs/opt/couchdb/server/ini-writer.cjs");

// What CouchDB's own config_writer makes of each file.
test.each([
  ["a key is replaced in place", "[admins]\nada = old\n\n[b]\nx = 1\n", "[admins]\nada = new\n\n[b]\nx = 1\n"],
  ["a key without spaces is replaced", "[admins]\nada=old\n", "[admins]\nada = new\n"],
  ["a comment stays", "; mine\n[admins]\n; ada\nada = old\n", "; mine\n[admins]\n; ada\nada = new\n"],
  ["a new key ends its section", "[admins]\nbob = 1\n\n\n[b]\nx = 1\n", "[admins]\nbob = 1\nada = new\n\n[b]\nx = 1\n"],
  ["a new key ends the file's last section", "[admins]\nbob = 1\n\n", "[admins]\nbob = 1\nada = new\n"],
  ["a new section ends the file", "[b]\nx = 1\n\n", "[b]\nx = 1\n\n[admins]\nada = new\n"],
  ["an empty file gets a section", "", "\n[admins]\nada = new\n"],
  ["the same key of another section stays", "[b]\nada = 1\n[admins]\nada = 2\n", "[b]\nada = 1\n[admins]\nada = new\n"],
  ["a longer key stays", "[admins]\nadam = 1\n", "[admins]\nadam = 1\nada = new\n"],
  [
    "of two sections with the name, the first gets a new key",
    "[admins]\nbob = 1\n[b]\n\n[admins]\nada = old\n",
    "[admins]\nbob = 1\nada = new\n\n[b]\n\n[admins]\nada = old\n",
  ],
  ["Windows' line ends become Linux's", "[admins]\r\nada = old\r\n", "[admins]\nada = new\n"],
])("%s", (_name, before, after) => {
  expect(withEntry(before, "admins", "ada", "new")).toBe(after);
});
