/**
 * First thing every npm script runs. Plain CommonJS without dependencies, because it makes sure that there are dependencies.
 *
 *     node scripts/setup/bootstrap.cjs <script.ts> [arguments]
 *
 * Checks Node, runs `npm ci` when node_modules is missing or differs from the lockfile, patches cdktf-cli, then runs the
 * script in this very process (one process less between Ctrl-C and the work). Costs about 5 ms when there is nothing to do.
 */
"use strict";

const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const { patchCdktfCli } = require("./patch-cdktf-cli.cjs");

const INSTALL_TIMEOUT_SEC = 600;

/**
 * One sentence when this Node is older than package.json asks for, else undefined.
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
      return `Node.js ${version} is too old: Workbench needs ${range.replace(/^>=\s*/, "")} or newer; install it and run the command again`;
    }
  }
  return undefined;
}

/**
 * Is what is installed what the lockfile says? Compares the lockfile with the one npm leaves in node_modules; optional
 * packages may be absent (those for other platforms are).
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

/** What npm gives as the reason, for a one-sentence error: its first words after the error's code. */
function npmReason(text) {
  const lines = text.split("\n").map((line) => /^npm (?:error|ERR!)(.*)/i.exec(line)?.[1].trim() ?? "");
  const reason = lines.find((line) => line !== "" && !/^(code|errno|syscall|path|dest|A complete log)\b/.test(line));
  return reason ?? "npm gave no reason";
}

/** Runs `npm ci`, its output in .workbench/logs/npm-ci.log; returns one sentence when it failed. */
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

/** One sentence when what is installed cannot be patched. */
function patch(root) {
  try {
    patchCdktfCli(root);
    return undefined;
  } catch (error) {
    return error.message;
  }
}

/** Checks, installs, hands over. Exit code 1 with one sentence when it cannot. */
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
  await import(pathToFileURL(file).href);
}

module.exports = { installedMatchesLockfile, nodeProblem, npmReason };

if (require.main === module) main(process.argv.slice(2));
