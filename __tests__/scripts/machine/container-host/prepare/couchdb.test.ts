import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../../temporary-folder";
import { prepare, runScript, type Shell, shells } from "./shells";

let folder: string;
let localD: string;
beforeEach(() => {
  folder = temporaryFolder("couchdb-");
  localD = path.join(folder, "local.d");
  mkdirSync(localD);
});

const read = (name: string) => readFileSync(path.join(localD, name), "utf8");
const put = (files: Record<string, string>) => {
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(localD, name), text);
};
const present = () => Object.fromEntries(readdirSync(localD).map((name) => [name, read(name)]));

/** Runs the script beside another one that asks the host, which answers at once. */
function run(shell: Shell, { allowed = true, ...env }: { allowed?: boolean; COUCHDB_USER?: string } = {}) {
  copyFileSync(path.join(prepare, "couchdb"), path.join(folder, "couchdb"));
  writeFileSync(path.join(folder, "wait-for-snapshot"), `echo "asked $*"\n${allowed ? "" : "exit 1\n"}`);
  return runScript(shell, path.join(folder, "couchdb"), [localD, "/gate", "60"], { COUCHDB_USER: "admin", ...env });
}

const defaults = {
  "00-workbench.ini":
    "; Written by Workbench, once: it is yours. What CouchDB itself changes is in docker.ini.\n[couchdb]\nsingle_node = true\n",
};

/** What CouchDB leaves in docker.ini after its first start, without our admin. */
const settings = "[couchdb]\nuuid = 0123\n\n[chttpd_auth]\nsecret = s=e;c\n";

describe.each(shells())("with $name, prepare couchdb", (shell) => {
  it("at the first start, writes the settings of a single node and an empty docker.ini", async () => {
    expect(await run(shell)).toMatchObject({ exitCode: 0, stderr: "" });
    expect(present()).toEqual({ ...defaults, "docker.ini": "" });
    expect(statSync(path.join(localD, "docker.ini")).mode & 0o777).toBe(0o600);
  });

  it("keeps settings of a single node that somebody changed", async () => {
    put({ "00-workbench.ini": "[couchdb]\nsingle_node = false\n" });
    await run(shell);
    expect(read("00-workbench.ini")).toBe("[couchdb]\nsingle_node = false\n");
  });

  it.each<[string, string, string]>([
    ["what the entry point wrote, with its section", `${settings}\n[admins]\nadmin = plain\n`, settings],
    ["nothing but what the entry point wrote", "\n[admins]\nadmin = plain\n", ""],
    ["the hash", `${settings}\n[admins]\nadmin = -pbkdf2-1f,aa,10\n`, settings],
    ["a line without spaces", `${settings}\n[admins]\nadmin=x\n`, settings],
    ["a line with more of them", `${settings}\n[admins]\n  admin\t =  x\n`, settings],
    ["the last line without a line feed", `${settings}\n[admins]\nadmin = x`, settings],
    ["one of several admins", "[admins]\nann = 1\nadmin = 2\nbob = 3\n", "[admins]\nann = 1\nbob = 3\n"],
    ["the last of several", "[admins]\nann = 1\nadmin = 2\n", "[admins]\nann = 1\n"],
    ["one beside a comment", "[admins]\n; ours\nadmin = 2\n", "[admins]\n; ours\n"],
    ["one before another section", "[a]\nx = 1\n\n[admins]\nadmin = 2\n\n[b]\ny = 2\n", "[a]\nx = 1\n\n[b]\ny = 2\n"],
    ["each of two sections", "[admins]\nadmin = 1\n\n[admins]\nadmin = 2\nann = 3\n", "\n[admins]\nann = 3\n"],
    [
      "one with Windows line ends",
      "[a]\r\nx = 1\r\n[admins]\r\nadmin = 2\r\nann = 3\r\n",
      "[a]\r\nx = 1\r\n[admins]\r\nann = 3\r\n",
    ],
    ["one whose value goes on", "[admins]\nann = 1\nadmin = 2\n and more\nbob = 3\n", "[admins]\nann = 1\nbob = 3\n"],
  ])("drops our admin: %s", async (_, before, after) => {
    put({ "docker.ini": before });
    expect(await run(shell)).toMatchObject({ exitCode: 0, stderr: "" });
    expect(read("docker.ini")).toBe(after);
  });

  it.each([
    ["an admin whose name begins like ours", "[admins]\nadministrator = x\nadmin2 = y\n"],
    ["the same name in another section", "[users]\nadmin = x\n"],
    ["our line in a comment", "[admins]\n;admin = x\nann = 1\n"],
    ["a name with other letters", "[admins]\nAdmin = x\n"],
    ["an empty section of admins", "[admins]\n\n[a]\nx = 1\n"],
    ["every byte of a file without a last line feed", "[a]\nx = \\t %s é \u0001\n\n\n  y=2"],
    ["Windows line ends", "[a]\r\nx = 1\r\n\r\n"],
    ["a line that goes on", "[a]\nx = 1\n and more\n"],
  ])("keeps %s", async (_, text) => {
    put({ "docker.ini": text });
    const { ino } = statSync(path.join(localD, "docker.ini"));
    await run(shell);
    expect(read("docker.ini")).toBe(text);
    expect(statSync(path.join(localD, "docker.ini")).ino).toBe(ino);
  });

  it("drops our admin from another file, too", async () => {
    put({ "05-mine.ini": "[log]\nlevel = info\n[admins]\nadmin = x\n", "docker.ini": settings });
    await run(shell);
    expect(present()).toEqual({ ...defaults, "05-mine.ini": "[log]\nlevel = info\n", "docker.ini": settings });
  });

  it("takes the admin's name as it is, and not as a pattern", async () => {
    put({ "docker.ini": "[admins]\na.b = 1\naxb = 2\n" });
    await run(shell, { COUCHDB_USER: "a.b" });
    expect(read("docker.ini")).toBe("[admins]\naxb = 2\n");
  });

  it("keeps docker.ini the last, and files that are no settings as they are", async () => {
    put({
      "zz.ini": "[a]\nx = 1\n",
      "local.ini": "[admins]\nadmin = 1\nann = 2\n",
      "zz.ini.bak": "x",
      "docker.ini": "",
    });
    await run(shell);
    expect(present()).toEqual({
      ...defaults,
      "10-zz.ini": "[a]\nx = 1\n",
      "10-local.ini": "[admins]\nann = 2\n",
      "docker.ini": "",
      "zz.ini.bak": "x",
    });
  });

  it("changes nothing when it runs again", async () => {
    put({ "zz.ini": "[a]\nx = 1\n", "docker.ini": `${settings}\n[admins]\nadmin = plain\n` });
    await run(shell);
    const before = present();
    const inodes = () => readdirSync(localD).map((name) => statSync(path.join(localD, name)).ino);
    const files = inodes();
    expect((await run(shell)).exitCode).toBe(0);
    expect(present()).toEqual(before);
    expect(inodes()).toEqual(files);
  });

  it("keeps the file as it was over any number of starts, at which the entry point writes the password", async () => {
    put({ "docker.ini": settings });
    for (const password of ["one", "two", "three"]) {
      await run(shell);
      expect(read("docker.ini")).toBe(settings);
      put({ "docker.ini": `${settings}\n[admins]\nadmin = ${password}\n` });
    }
  });

  it("fails before it touches a file when the host refuses", async () => {
    put({ "docker.ini": "[admins]\nadmin = x\n", "zz.ini": "" });
    expect(await run(shell, { allowed: false })).toMatchObject({ exitCode: 1, stdout: "asked /gate 60" });
    expect(present()).toEqual({ "docker.ini": "[admins]\nadmin = x\n", "zz.ini": "" });
  });

  it("fails for two files that would get one name", async () => {
    put({ "zz.ini": "", "10-zz.ini": "", "docker.ini": "" });
    const { exitCode, stderr } = await run(shell);
    expect(exitCode).toBe(1);
    expect(stderr).toBe(
      `prepare couchdb: ${localD}/zz.ini sorts after docker.ini, and 10-zz.ini is there already: ` +
        "expected docker.ini last; move the settings of the one into the other",
    );
  });

  it("fails without the folder", async () => {
    rmSync(localD, { recursive: true });
    const { exitCode, stderr } = await run(shell);
    expect(exitCode).toBe(1);
    expect(stderr).toBe(`prepare couchdb: ${localD}: expected the folder of CouchDB's settings, got none: mount it`);
  });

  it("fails without the admin's name", async () => {
    const { exitCode, stderr } = await run(shell, { COUCHDB_USER: "" });
    expect(exitCode).toBe(1);
    expect(stderr).toBe("prepare couchdb: COUCHDB_USER: expected the name of the admin, got nothing: set it");
  });
});
