import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { temporaryFolder } from "../../../../temporary-folder";

const {
  Configuration,
  parseIni,
} = require("../../../../../scripts/local-aws/stand-ins/couchdb/rootfs/opt/couchdb/server/ini-chain.cjs");

let etc: string;
beforeEach(() => {
  etc = temporaryFolder("etc-");
  put("default.ini", "[s]\nfrom = default.ini\nkey = 0\n");
  put("local.ini", "");
});

function put(name: string, text: string): string {
  const file = path.join(etc, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

describe("the chain", () => {
  test.each([
    ["default.d wins over default.ini", ["default.d/a.ini"]],
    ["local.ini wins over default.d", ["default.d/a.ini", "local.ini"]],
    ["local.d wins over local.ini", ["local.ini", "local.d/a.ini"]],
    ["local.d wins over default.d, whatever the names", ["default.d/z.ini", "local.d/a.ini"]],
    ["in a folder, the last by name wins", ["local.d/00-workbench.ini", "local.d/10-mine.ini", "local.d/docker.ini"]],
  ])("%s", (_name, files) => {
    for (const file of files) put(file, `[s]\nfrom = ${file}\n`);
    expect(new Configuration(etc).get("s", "from")).toBe(files.at(-1));
  });

  test("a file without .ini is no part of it", () => {
    put("local.d/docker.ini.new", "[s]\nfrom = draft\n");
    expect(new Configuration(etc).get("s", "from")).toBe("default.ini");
  });

  test("an empty value takes back what earlier files say", () => {
    put("local.d/a.ini", "[s]\nkey =\n");
    expect(new Configuration(etc).get("s", "key")).toBeUndefined();
    expect(new Configuration(etc).get("s", "from")).toBe("default.ini");
  });

  test("fails without local.ini, which somebody hid by a mount over all of etc", () => {
    rmSync(path.join(etc, "local.ini"));
    expect(() => new Configuration(etc)).toThrow(
      /local\.ini is missing: it is part of the image, mount only local\.d$/,
    );
  });
});

describe("a change", () => {
  test("is in the last file, and the other files stay", () => {
    const first = put("local.d/00-workbench.ini", "[couchdb]\nsingle_node = true\n");
    const last = put("local.d/docker.ini", "[admins]\nada = plain\n");
    const configuration = new Configuration(etc);
    configuration.set("admins", "ada", "hashed");
    expect(configuration.get("admins", "ada")).toBe("hashed");
    expect(readFileSync(last, "utf8")).toBe("[admins]\nada = hashed\n");
    expect(readFileSync(first, "utf8")).toBe("[couchdb]\nsingle_node = true\n");
  });

  test("is in the last file when an earlier one has the key, and wins at the next start", () => {
    const first = put("local.d/00-mine.ini", "[admins]\nada = plain\n");
    const last = put("local.d/docker.ini", "");
    new Configuration(etc).set("admins", "ada", "hashed");
    expect(readFileSync(first, "utf8")).toBe("[admins]\nada = plain\n");
    expect(readFileSync(last, "utf8")).toContain("[admins]\nada = hashed\n");
    expect(new Configuration(etc).get("admins", "ada")).toBe("hashed");
  });

  test("is in local.ini when local.d is empty", () => {
    new Configuration(etc).set("admins", "ada", "hashed");
    expect(readFileSync(path.join(etc, "local.ini"), "utf8")).toContain("ada = hashed");
  });

  test("keeps the file's mode, and leaves no draft", () => {
    const last = put("local.d/docker.ini", "");
    writeFileSync(last, "", { mode: 0o640 });
    const { mode } = statSync(last);
    new Configuration(etc).set("s", "key", "1");
    expect(statSync(last).mode).toBe(mode);
    expect(readdirSync(path.dirname(last))).toEqual(["docker.ini"]);
  });
});

// The cases of CouchDB's own tests (src/config/src/config.erl, read November 2026).
describe("a line means what it means to CouchDB", () => {
  test.each([
    ...["", "k", "[s]", "k = v", "[s]\n;k = v", "[s\nk=v", "s]\nk=v", ";[s]\nk = v", "[s]\n\t;k = v", "[s]\nk ;=v"],
    ...["[]\nk = v", "[s]\n=", "[s]\n= =", "[s]\n= v"],
  ])("nothing: %j", (text) => {
    expect(parseIni(text)).toEqual([]);
  });

  test.each([
    ["[s]\nk=v", "k", "v"],
    ["[s]\n\r\n\nk  =  v  ", "k", "v"],
    ["[s]\nk = v ; c", "k", "v"],
    ["[s]\nk = v\t;c", "k", "v"],
    ["[s]\nk = v;1", "k", "v;1"],
    ["[s]\nk =;v", "k", ";v"],
    ["[s]\nk==v", "k", "=v"],
    ["[s]\nk=v=", "k", "v="],
    ["[s]\nk= = v", "k=", "v"],
    ["[s]\nk =", "k", undefined],
    ["[s]\nk = ;v", "k", undefined],
  ])("an entry: %j", (text, key, value) => {
    expect(parseIni(text)).toEqual([["s", key, value]]);
  });
});
