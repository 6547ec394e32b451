import path from "node:path";
import { localEnvironment } from "../session/environment";
import { providerModules } from "./provider-modules";

/** One command to measure. */
export interface BenchCommand {
  /** As a person would type it. */
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly timeoutSec: number;
}

/** The commands that write the same output. Only the floor writes none of it. */
export interface SynthCommands {
  readonly floor: BenchCommand;
  readonly app: BenchCommand;
  /** The app as the cdktf command runs it. */
  readonly cdktf: BenchCommand;
  /** The app as the `cdktf.json` of cdktf's template runs it. */
  readonly template: BenchCommand;
  /** The same without npx, for profiles. */
  readonly templateProgram: BenchCommand;
}

/**
 * Returns the commands to compare. Each writes into a folder of its own below `temporary`, and reaches no account.
 *
 * @param source the caller's environment. Only a few variables of it pass
 */
export function synthCommands(temporary: string, source: NodeJS.ProcessEnv = process.env): SynthCommands {
  const modules = providerModules();
  return {
    floor: {
      name: `node: load cdktf and ${modules.length} provider modules`,
      ...node(["scripts/bench/floor.cjs", path.join(temporary, "floor.json"), ...modules]),
      env: environment(temporary, "floor", source),
    },
    app: {
      name: "node --import tsx main.ts",
      ...node(["--import", "tsx", "main.ts"]),
      env: environment(temporary, "app", source),
    },
    cdktf: {
      name: "npx cdktf synth",
      file: "npx",
      args: ["cdktf", "synth"],
      env: environment(temporary, "cdktf", source),
      timeoutSec: 120,
    },
    template: {
      name: "npx ts-node main.ts",
      file: "npx",
      args: ["ts-node", "main.ts"],
      env: { ...environment(temporary, "template", source), ...tsNode },
      timeoutSec: 120,
    },
    templateProgram: {
      name: "ts-node main.ts",
      ...node(["node_modules/ts-node/dist/bin.js", "main.ts"]),
      env: { ...environment(temporary, "template", source), ...tsNode },
    },
  };
}

/** Returns the command that synthesizes the stacks `copies` times in one process. */
export function copiesCommand(
  copies: number,
  temporary: string,
  source: NodeJS.ProcessEnv = process.env,
): BenchCommand {
  return {
    name: copies === 1 ? "1 copy of the stacks" : `${copies} copies of the stacks`,
    ...node(["--import", "tsx", "scripts/bench/copies.cjs", path.join(temporary, `copies-${copies}`), String(copies)]),
    env: environment(temporary, "copies", source),
  };
}

function node(args: readonly string[]): Pick<BenchCommand, "file" | "args" | "timeoutSec"> {
  return { file: process.execPath, args, timeoutSec: 60 };
}

/**
 * The variables of ts-node as cdktf's template runs it, with the type check. ts-node crashes on TypeScript 7, so it
 * gets the TypeScript 5 that is installed beside it. TypeScript 5 has older names for our module options.
 */
const tsNode = {
  TS_NODE_COMPILER: "typescript-5",
  TS_NODE_PREFER_TS_EXTS: "true",
  TS_NODE_COMPILER_OPTIONS: JSON.stringify({ module: "commonjs", moduleResolution: "node10", esModuleInterop: true }),
};

/** The environment of local commands, with an output folder for one command. */
function environment(temporary: string, folder: string, source: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const outdir = path.join(temporary, folder);
  const localAws = { home: temporary, port: 1, network: "" };
  return {
    ...localEnvironment(localAws, { source }),
    CDKTF_OUTDIR: outdir,
    CDKTF_OUTPUT: outdir,
    // The CLI asks Terraform for its version. Terraform would complain about a configuration that set-up has not
    // written yet.
    TF_CLI_CONFIG_FILE: "/dev/null",
    npm_config_update_notifier: "false",
  };
}
