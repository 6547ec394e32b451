/**
 * Every npm script starts here. This is plain CommonJS without dependencies, because it installs the dependencies.
 *
 *     node scripts/setup/bootstrap.cjs <script.ts> [arguments]
 *
 * Checks Node, runs `npm ci` when node_modules is missing or differs from the lockfile, and patches cdktf-cli. Then it
 * runs the script in this same process, so that Ctrl-C passes through one process less. Takes about 5 ms when there is
 * nothing to do.
 */
"use strict";

const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const { patchCdktfCli } = require("./patch-cdktf-cli.cjs");

const INSTALL_TIMEOUT_SEC = 600;

/**
 * Returns one sentence when this Node is older than package.json requires, or else undefined.
 * @param {string} version such as "20.9.0"
 * @param {string} range the `engines.node` of package.json, always of the form ">=20.9"
 */
function nodeProblem(version, range) {
  const wanted = range
    .replace(/^>=\s*/, "")
    .split(".")
    .map(Number);
  const got = version.split(".").map(Number);
  for (const [index, part] of wanted.entries()) {
    const have = got[index] ?? 0;
    if (have > part) return undefined;
    if (have < part) {
      return (
        `Node.js ${version} is too old: Workbench needs ${range.replace(/^>=\s*/, "")} or newer; ` +
        "install it and run the command again"
      );
    }
  }
  return undefined;
}

/**
 * Tells whether the installed packages match the lockfile. Compares the lockfile with the one that npm writes into
 * node_modules. Optional packages may be absent: npm does not install those for other platforms.
 * @param {string} root the project's folder
 */
function installedMatchesLockfile(root) {
  const packagesOf = (file) => {
    try {
      return JSON.parse(fs.readFileSync(file, "utf8")).packages;
    } catch {
      return undefined;
    }
  };
  const installed = packagesOf(path.join(root, "node_modules", ".package-lock.json"));
  const wanted = packagesOf(path.join(root, "package-lock.json"));
  if (!installed || !wanted) return false;
  const unwanted = Object.keys(installed).some((name) => installed[name].version !== wanted[name]?.version);
  const missing = Object.keys(wanted).some((name) => name !== "" && !wanted[name].optional && !installed[name]);
  return !unwanted && !missing;
}

/** Finds npm's reason for a one-sentence error: the first line after the error's code. */
function npmReason(text) {
  const lines = text.split("\n").map((line) => /^npm (?:error|ERR!)(.*)/i.exec(line)?.[1].trim() ?? "");
  const reason = lines.find((line) => line !== "" && !/^(code|errno|syscall|path|dest|A complete log)\b/.test(line));
  return reason ?? "npm gave no reason";
}

/** Runs `npm ci`, and writes its output to .workbench/logs/npm-ci.log. Returns one sentence when it fails. */
function install(root) {
  const log = path.join(root, ".workbench", "logs", "npm-ci.log");
  fs.mkdirSync(path.dirname(log), { recursive: true });
  process.stderr.write("Installing the npm packages of package-lock.json (once, about 30 s) … ");
  const started = Date.now();
  const result = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    timeout: INSTALL_TIMEOUT_SEC * 1000,
    maxBuffer: 64 * 1024 * 1024,
  });
  const output = `${result.stdout ?? ""}${result.stderr ?? ""}`;
  fs.writeFileSync(log, output);
  if (result.status === 0) {
    process.stderr.write(`done in ${Math.round((Date.now() - started) / 1000)} s\n`);
    return undefined;
  }
  process.stderr.write("failed\n");
  const reason =
    result.error?.code === "ETIMEDOUT"
      ? `it did not end within ${INSTALL_TIMEOUT_SEC} s`
      : (result.error?.message ?? (result.signal ? `${result.signal} ended it` : npmReason(output)));
  return `npm ci failed: ${reason}; its output is in ${path.relative(root, log)}`;
}

/** Patches the installed cdktf-cli. Returns one sentence when that fails. */
function patch(root) {
  try {
    patchCdktfCli(root);
    return undefined;
  } catch (error) {
    return error.message;
  }
}

/** Checks, installs, and runs the script. Prints one sentence and sets exit code 1 when that fails. */
async function main([script, ...scriptArguments]) {
  const root = path.resolve(__dirname, "..", "..");
  const { engines } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8"));
  const problem =
    nodeProblem(process.versions.node, engines.node) ??
    (installedMatchesLockfile(root) ? undefined : install(root)) ??
    patch(root);
  if (problem) {
    process.stderr.write(`error: ${problem}\n`);
    process.exitCode = 1;
    return;
  }
  const file = path.resolve(root, script);
  process.argv.splice(1, process.argv.length - 1, file, ...scriptArguments);
  await import(pathToFileURL(require.resolve("tsx", { paths: [root] })).href);
  try {
    await import(pathToFileURL(file).href);
  } catch (error) {
    // The program's own class, which this file cannot load. A wrong definition of a stack fails while files are loaded.
    if (error?.constructor?.name !== "UserError") throw error;
    process.stderr.write(`error: ${error.message}\n`);
    process.exitCode = 1;
  }
}

module.exports = { installedMatchesLockfile, nodeProblem, npmReason };

if (require.main === module) main(process.argv.slice(2));
