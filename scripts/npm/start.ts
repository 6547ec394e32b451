import { credentialsFile } from "../local-aws/access-key";
import { type LocalSession, openLocalSession } from "../session/local-session";
import { imageVariables } from "../session/stack-images";
import { standInVariables } from "../session/stand-ins";
import { CommandError } from "../support/command-error";
import { program } from "../support/program";
import { runTasks } from "../support/progress";
import { readOptions } from "../support/read-options";
import { runCommand } from "../support/run-command";
import { deployStack } from "../terraform/deploy-stack";
import { describeChanges, total } from "../terraform/operation-progress";
import type { SynthesizedStack } from "../terraform/run-terraform";
import { synthesize } from "../terraform/synthesize";
import { imageTasks, type StartImages, stacksWithoutImage } from "./start/image";
import { type DeployedStack, startReport } from "./start/report";
import { StandInImages } from "./start/stand-ins";
import { inWaves } from "./start/waves";

const { definitions } = program("stacks/definitions");
const { settingsOf } = program("stacks/settings");

const USAGE = "usage: npm start, without arguments; npm stop -- --clean forgets what it made";

await runCommand(async (args) => {
  readOptions(args, {}, USAGE);
  const session = await openLocalSession();
  requireSettings(session);
  const { withoutMachines } = session.ready;
  const images: StartImages = { images: session.images, problems: new Map() };
  const building = await imageTasks(session, images);
  const waves = inWaves(definitions, {
    withMachines: withoutMachines.length === 0,
    waitForImages: building.length > 0,
  });
  const standIns = new StandInImages(session);
  /** Stacks of some waves, without those whose image cannot be built. */
  const deployable = (...names: string[][]): string[] => {
    const without = stacksWithoutImage(images).map(({ stack }) => stack);
    return names.flat().filter((name) => !without.includes(name));
  };
  const standInBuilds = standIns.builds(deployable(...waves));
  let stacks = await synthesize(session.environment);
  const deployed: DeployedStack[] = [];
  for (const [index, all] of waves.entries()) {
    const wave = deployable(all);
    const pushes = standIns.pushes(wave);
    if (pushes.length > 0) await runTasks(pushes, { concurrent: true });
    // Synthesize again, so that later waves use the images that were just made.
    if (pushes.length > 0 || (index === 1 && images.images !== session.images)) {
      const variables = { ...imageVariables(images.images), ...standInVariables(standIns.found) };
      stacks = await synthesize({ ...session.environment, ...variables });
    }
    const tasks = stacks.filter(({ name }) => wave.includes(name)).map((stack) => deployTask(stack, deployed));
    await runTasks(index === 0 ? [...building, ...standInBuilds, ...tasks] : tasks, { concurrent: true });
  }
  process.stdout.write(
    startReport({
      deployed: stacks.flatMap((stack) => deployed.filter(({ name }) => name === stack.name)),
      leftOut: definitions.map(({ name }) => name).filter((name) => !waves.flat().includes(name)),
      withoutMachines,
      images,
      endpoint: `http://127.0.0.1:${session.localAws.port}`,
      region: session.settings.aws.region,
      credentialsFile: credentialsFile(session.localAws.home),
    }),
  );
  return 0;
});

/**
 * @throws CommandError with a sentence for each setting that a stack needs: no stack is deployed then. A stack with a
 * stand-in needs none: its image is made later, or was made before
 */
function requireSettings({ settings, standIns }: LocalSession): void {
  const withStandIn = standIns.map(({ stack }) => stack);
  const sentences = definitions
    .filter(({ name }) => !withStandIn.includes(name))
    .flatMap((stack) => stack.missing?.(settingsOf(stack, settings)) ?? []);
  if (sentences.length > 0) throw new CommandError([...new Set(sentences)].join("\n"));
}

function deployTask(stack: SynthesizedStack, deployed: DeployedStack[]) {
  return {
    title: stack.name,
    run: async (report: (words: string) => void, retitle: (title: string) => void) => {
      const result = await deployStack(stack, report);
      deployed.push({ name: stack.name, ...result });
      const what = total(result.changes) === 0 ? "nothing to do" : describeChanges(result.changes, "done");
      retitle(`${stack.name}: ${what}`);
    },
  };
}
