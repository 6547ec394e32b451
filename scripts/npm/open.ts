import { readRequest } from "../open/request";
import { OPEN_USAGE, runOpen } from "../open/run-open";
import { callProgram, program } from "../support/program";
import { runCommand } from "../support/run-command";

const { loadSettings } = program("stacks/settings");

await runCommand((args) => {
  const request = readRequest(args, OPEN_USAGE);
  return runOpen(
    callProgram(() => loadSettings()),
    request,
  );
});
