import "./start-up";
import { buildApp, stacksOf } from "./app";
import { callingCdktfCommand } from "./guards/cdktf-command";
import { refuseForgottenState } from "./guards/moved-state";
import { forgetOtherEnvironment } from "./guards/other-environment";
import { refuseLocalSettingsElsewhere, refuseProtectedDestroy } from "./guards/protection";
import { requireSshAgent } from "./guards/ssh-agent";
import { requireSshAllowFrom } from "./guards/ssh-allow-from";
import { loadSettings } from "./settings/load/load";
import { UserError } from "./settings/user-error";

try {
  const settings = loadSettings();
  const command = callingCdktfCommand();
  const app = buildApp(settings, { command });
  const stacks = stacksOf(app);
  if (command) {
    refuseProtectedDestroy(command, stacks);
    refuseLocalSettingsElsewhere(command, settings, process.env["AWS_ENDPOINT_URL"]);
    requireSshAgent(command, settings, process.env);
  }
  requireSshAllowFrom(command, settings);
  for (const stack of stacks) forgetOtherEnvironment(stack.workingDirectory, settings);
  refuseForgottenState(command, stacks);
  app.synth();
} catch (error) {
  if (!(error instanceof UserError) && !isOutputUnwritable(error)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

/** Whether the output cannot be written, on a full or a forbidden disk: nothing that a stack trace would explain better. */
function isOutputUnwritable(error: unknown): error is Error {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return ["ENOSPC", "EDQUOT", "EROFS", "EACCES", "EPERM", "ENOTDIR"].includes(code);
}
