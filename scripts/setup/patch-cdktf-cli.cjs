/**
 * Patches the installed cdktf-cli, so that Terraform keeps its state after Ctrl-C and after its terminal is closed. npm
 * runs this after every installation. bootstrap.cjs runs it for an installation that is older than a patch.
 *
 *     node scripts/setup/patch-cdktf-cli.cjs
 *
 * cdktf-cli ends a tenth of a second after Ctrl-C. That closes Terraform's terminal, and the SIGHUP kills Terraform
 * while it writes its state (hashicorp/terraform-cdk#3269). The issue stays open, because cdktf-cli is archived. CDK
 * Terrain has fixed it (open-constructs/cdk-terrain#284).
 */
"use strict";

const fs = require("node:fs");
const path = require("node:path");

const BUNDLE = "node_modules/cdktf-cli/bundle/bin/cmds/handlers.js";

/** Replacements in the minified program. Each `from` occurs there exactly once. */
const PATCHES = [
  {
    // The state machine of deploy and destroy ended here. Now it passes Ctrl-C on, and waits until Terraform ends.
    from: 'EXITED:"exited",STOP:"stopped"',
    to: 'EXITED:"exited",STOP:{actions:(0,Gd.send)({type:"SEND_LINE",input:"\\x03"},{to:"pty"})}',
  },
  {
    // Terraform ignores the closing of its terminal: it finishes, and saves its state.
    from: "a=eMe.spawn(i,r,n)",
    to: `a=eMe.spawn("/bin/sh",["-c",'trap "" HUP; exec "$0" "$@"',i,...r],n)`,
  },
  {
    // `terraform plan` shares the terminal, so Ctrl-C reaches it. A further SIGTERM makes it leave its lock behind.
    from: 'signal:this.abortSignal,noColor:o},this.onStdout("plan"',
    to: 'noColor:o},this.onStdout("plan"',
  },
];

/**
 * Applies every patch that the program does not have yet.
 * @param {string} code
 * @throws Error when the patches do not fit the program
 */
function patched(code) {
  return PATCHES.reduce((before, { from, to }) => {
    if (before.includes(to) && !before.includes(from)) return before;
    const parts = before.split(from);
    if (parts.length === 2) return parts.join(to);
    throw new Error(
      `${BUNDLE} cannot be patched: expected ${JSON.stringify(from)} once, ` +
        `got it ${parts.length - 1} times; scripts/setup/patch-cdktf-cli.cjs is for cdktf-cli 0.21.0, ` +
        "so install that version with npm ci",
    );
  }, code);
}

/** Removes the patches from the program. @param {string} code */
function unpatched(code) {
  return PATCHES.reduce((before, { from, to }) => before.split(to).join(from), code);
}

/**
 * Patches the installed program. If it is patched already, this only reads one small file.
 * @param {string} root the project's folder
 * @throws Error one sentence
 */
function patchCdktfCli(root) {
  const bundle = path.join(root, BUNDLE);
  // A copy of the patches, in the package's own folder. npm removes it together with the package.
  const mark = path.join(root, "node_modules/cdktf-cli/patched-by.cjs");
  const patches = fs.readFileSync(__filename, "utf8");
  if (fs.existsSync(mark) && fs.readFileSync(mark, "utf8") === patches) return;
  replace(bundle, patched(fs.readFileSync(bundle, "utf8")));
  replace(mark, patches);
}

/** Replaces a file by renaming, so that a concurrent reader sees either the old or the new text. */
function replace(file, text) {
  const beside = `${file}.${process.pid}`;
  fs.writeFileSync(beside, text);
  fs.renameSync(beside, file);
}

module.exports = { BUNDLE, patchCdktfCli, patched, unpatched };

if (require.main === module) {
  try {
    patchCdktfCli(path.resolve(__dirname, "..", ".."));
  } catch (error) {
    process.stderr.write(`error: ${error.message}\n`);
    process.exitCode = 1;
  }
}
