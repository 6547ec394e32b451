import "./start-up";
import { buildApp, loadStacks, stacksOf } from "./app";
import { type CdktfCommand, callingCdktfCommand } from "./guards/cdktf-command";
import { refuseLocalSettingsElsewhere } from "./guards/local-settings";
import { requireLogIn } from "./guards/log-in";
import { refuseMissingSettings } from "./guards/missing-settings";
import { refuseForgottenState } from "./guards/moved-state";
import { forgetOtherEnvironment } from "./guards/other-environment";
import { outputProblem } from "./guards/output-folder";
import { refuseProtectedDestroy } from "./guards/protection";
import { refuseMovedTerraform } from "./guards/terraform-environment";
import { refuseUnknownStacks } from "./guards/unknown-stacks";
import { UserError } from "./settings/user-error";
import { definitions, dependentsOf } from "./stacks/definitions";
import { loadSettings, settingsOf } from "./stacks/settings";

async function main(command: CdktfCommand | undefined): Promise<void> {
  const settings = loadSettings();
  refuseMovedTerraform(process.env);
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
    refuseUnknownStacks(command, stacks, settings.environment);
    refuseProtectedDestroy(command, stacks, settings.environment);
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

const command = callingCdktfCommand();
main(command).catch((error: unknown) => {
  const outdir = process.env["CDKTF_OUTDIR"] ?? "cdktf.out";
  const problem = error instanceof UserError ? undefined : outputProblem(error, outdir, command);
  throw problem === undefined ? error : new UserError(problem);
});
