import "./start-up";
import { buildApp, loadStacks, stacksOf } from "./app";
import { callingCdktfCommand } from "./guards/cdktf-command";
import { refuseLocalSettingsElsewhere } from "./guards/local-settings";
import { requireLogIn } from "./guards/log-in";
import { refuseMissingSettings } from "./guards/missing-settings";
import { refuseForgottenState } from "./guards/moved-state";
import { forgetOtherEnvironment } from "./guards/other-environment";
import { refuseProtectedDestroy } from "./guards/protection";
import { refuseUnknownStacks } from "./guards/unknown-stacks";
import { UserError } from "./settings/user-error";
import { definitions, dependentsOf } from "./stacks/definitions";
import { loadSettings, settingsOf } from "./stacks/settings";

async function main(): Promise<void> {
  const settings = loadSettings();
  const command = callingCdktfCommand();
  if (command) {
    const stacks = definitions.map((definition) => {
      const { name, keeps, missing, logsIn } = definition;
      const own = settingsOf(definition, settings);
      return {
        name,
        protection: keeps?.(own),
        dependents: dependentsOf(name),
        missing: missing?.(own) ?? [],
        logIn: logsIn?.(own, command.verb),
      };
    });
    refuseUnknownStacks(command, stacks);
    refuseProtectedDestroy(command, stacks);
    refuseLocalSettingsElsewhere(command, settings, process.env["AWS_ENDPOINT_URL"]);
    refuseMissingSettings(command, stacks);
    requireLogIn(command, stacks, process.env);
  }
  const app = buildApp(await loadStacks(), settings, { command });
  const stacks = stacksOf(app);
  for (const stack of stacks) forgetOtherEnvironment(stack.workingDirectory, settings);
  refuseForgottenState(command, stacks);
  app.synth();
}

/** Whether the output cannot be written: the disk is full, or access is denied. Node's own message explains it. */
function isOutputUnwritable(error: unknown): error is Error {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return ["ENOSPC", "EDQUOT", "EROFS", "EACCES", "EPERM", "ENOTDIR"].includes(code);
}

main().catch((error: unknown) => {
  if (!(error instanceof UserError) && !isOutputUnwritable(error)) throw error;
  console.error(error.message);
  process.exitCode = 1;
});
