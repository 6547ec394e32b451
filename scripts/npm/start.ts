import { imageVariables } from "../images/own-image";
import { credentialsFile } from "../local-aws/access-key";
import { type LocalSession, openLocalSession } from "../session/local-session";
import { runTasks } from "../support/progress";
import { readOptions } from "../support/read-options";
import { runCommand } from "../support/run-command";
import { deployStack } from "../terraform/deploy-stack";
import { describeChanges, total } from "../terraform/operation-progress";
import type { SynthesizedStack } from "../terraform/run-terraform";
import { synthesize } from "../terraform/synthesize";
import { imageTasks, type StartImage } from "./start/image";
import { type DeployedStack, startReport } from "./start/report";

/**
 * Stacks that are nothing without a machine that boots and can be logged in to. They come last, since they find the volume and
 * the image by what is there; everything else is made side by side.
 */
const NEED_MACHINES = new Set(["ec2"]);

const USAGE = "usage: npm start, without arguments; npm stop -- --clean forgets what it made";

await runCommand(async (args) => {
  readOptions(args, {}, USAGE);
  const session = await openLocalSession();
  const { withoutMachines } = session.ready;
  const image: StartImage = {
    wanted: session.settings.ec2.image.source === "workbench",
    ownImages: session.ownImages,
  };
  const building = await imageTasks(session, image);
  const stacks = await synthesize(session.environment);
  const needMachines = (stack: SynthesizedStack): boolean => NEED_MACHINES.has(stack.name);
  const deployed: DeployedStack[] = [];
  const deploy = (those: readonly SynthesizedStack[]) => those.map((stack) => deployTask(stack, deployed));
  await runTasks([...building, ...deploy(stacks.filter((stack) => !needMachines(stack)))], { concurrent: true });
  const onMachines = (await synthesizedFor(session, image, stacks)).filter(needMachines);
  if (withoutMachines.length === 0) await runTasks(deploy(onMachines), { concurrent: true });
  process.stdout.write(
    startReport({
      deployed: stacks.flatMap((stack) => deployed.filter(({ name }) => name === stack.name)),
      leftOut: withoutMachines.length > 0 ? onMachines.map((stack) => stack.name) : [],
      withoutMachines,
      image,
      endpoint: `http://127.0.0.1:${session.localAws.port}`,
      credentialsFile: credentialsFile(session.localAws.home),
    }),
  );
  return 0;
});

/** The stacks anew where an image has been built meanwhile, which the machine is to boot. */
async function synthesizedFor(
  { environment, settings, ownImages }: LocalSession,
  image: StartImage,
  stacks: readonly SynthesizedStack[],
): Promise<readonly SynthesizedStack[]> {
  if (image.ownImages.length === ownImages.length) return stacks;
  return synthesize({ ...environment, ...imageVariables(settings, image.ownImages) });
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
