/**
 * Patches the installed cdktf-cli so that neither Ctrl-C nor a closed terminal makes Terraform lose what it has done. npm runs
 * it after every installation, and bootstrap.cjs for an installation that is older than a patch.
 *
 *     node scripts/setup/patch-cdktf-cli.cjs
 *
 * cdktf-cli ends a tenth of a second after Ctrl-C. That closes Terraform's terminal, whose SIGHUP kills Terraform while it writes
 * its state: hashicorp/terraform-cdk#3269, which stays open, since cdktf-cli is archived. CDK Terrain has repaired it
 * (open-constructs/cdk-terrain#284).
 */
"use strict";

const fs = require("node:fs");
const path = require("node:path");

const BUNDLE = "node_modules/cdktf-cli/bundle/bin/cmds/handlers.js";

/** What the minified program says, and what it is to say; each is there exactly once. */
const PATCHES = [
  {
    // The state machine of deploy and destroy ended here. Now it passes Ctrl-C on, and waits for Terraform's end.
    from: 'EXITED:"exited",STOP:"stopped"',
    to: 'EXITED:"exited",STOP:{actions:(0,Gd.send)({type:"SEND_LINE",input:"\\x03"},{to:"pty"})}',
  },
  {
    // Terraform does not take notice when its terminal is closed: it finishes and saves its state.
    from: "a=eMe.spawn(i,r,n)",
    to: `a=eMe.spawn("/bin/sh",["-c",'trap "" HUP; exec "$0" "$@"',i,...r],n)`,
  },
  {
    // `terraform plan` shares the terminal, which interrupts it. A SIGTERM beside that makes it leave its lock behind.
    from: 'signal:this.abortSignal,noColor:o},this.onStdout("plan"',
    to: 'noColor:o},this.onStdout("plan"',
  },
];

/**
 * The program with every patch, however many it has already.
 * @param {string} code
 * @throws Error when it is another program than the patches are for
 */
function patched(code) {
  return PATCHES.reduce((before, { from, to }) => {
    if (before.includes(to) && !before.includes(from)) return before;
    const parts = before.split(from);
    if (parts.length === 2) return parts.join(to);
    throw new Error(
      `${BUNDLE} cannot be patched: expected ${JSON.stringify(from)} once, got it ${parts.length - 1} times; scripts/setup/patch-cdktf-cli.cjs is for cdktf-cli 0.21.0, so install that version with npm ci`,
    );
  }, code);
}

/** The program without the patches. @param {string} code */
function unpatched(code) {
  return PATCHES.reduce((before, { from, to }) => before.split(to).join(from), code);
}

/**
 * Patches what is installed; a look at one small file where that is done.
 * @param {string} root the project's folder
 * @throws Error one sentence
 */
function patchCdktfCli(root) {
  const bundle = path.join(root, BUNDLE);
  // What patched it, in the package's own folder, which npm takes away with the package.
  const mark = path.join(root, "node_modules/cdktf-cli/patched-by.cjs");
  const patches = fs.readFileSync(__filename, "utf8");
  if (fs.existsSync(mark) && fs.readFileSync(mark, "utf8") === patches) return;
  replace(bundle, patched(fs.readFileSync(bundle, "utf8")));
  replace(mark, patches);
}

/** Whoever reads the file at this moment reads the whole of one or the other. */
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
