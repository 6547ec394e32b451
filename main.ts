import "./start-up";
import { buildApp } from "./app";
import { callingCdktfCommand } from "./cdktf-command";
import { loadSettings } from "./settings/load";
import { UserError } from "./settings/user-error";
import { refuseLocalSettingsElsewhere } from "./stacks/protection";
import { requireSshAgent } from "./stacks/ssh-agent";

try {
  const settings = loadSettings();
  const command = callingCdktfCommand();
  if (command) {
    refuseLocalSettingsElsewhere(command, settings, process.env["AWS_ENDPOINT_URL"]);
    requireSshAgent(command, settings, process.env);
  }
  buildApp(settings, { command }).synth();
} catch (error) {
  if (!(error instanceof UserError) && !isFullOrClosed(error)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

/** Whether the disk for the output is full, or closed to us: nothing that a stack trace would explain better. */
function isFullOrClosed(error: unknown): error is Error {
  const { code } = error as NodeJS.ErrnoException;
  return ["ENOSPC", "EDQUOT", "EROFS", "EACCES", "EPERM", "ENOTDIR"].includes(code ?? "");
}
