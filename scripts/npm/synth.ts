import path from "node:path";
import { projectRoot } from "../support/project";
import { runCommand } from "../support/run-command";
import { runInTerminal } from "../support/run-in-terminal";

await runCommand((args) =>
  runInTerminal(path.join(projectRoot, "node_modules", ".bin", "cdktf"), ["synth", ...args], {
    env: { ...process.env, WORKBENCH_ENV: process.env["WORKBENCH_ENV"] || "local" },
    cwd: projectRoot,
  }),
);
