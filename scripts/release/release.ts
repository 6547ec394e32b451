import { CommandError } from "../support/command-error";
import { program } from "../support/program";
import { type Deployed, deployImage } from "./deploy-image";
import { digestOf, idOf, labelOf, repositoryUri, uriOf, type WantedImage } from "./images";
import type { ReleasePlace, Ui } from "./place";
import type { ReleaseRequest } from "./request";
import { chooseRevision } from "./rollback";
import { whatTaskSaid } from "./said";
import type { ReleaseTarget } from "./target";
import { whileAlone } from "./under-way";
import { type ChosenSource, isToBuild, makeImage, planImage } from "./wanted-image";

const { noRelease } = program("stacks/names/containers");
const { typedCommand } = program("settings/typed-command");

/**
 * Releases an image of a service: makes it, starts it, sees that it runs, and tells Terraform.
 *
 * @throws CommandError one sentence when the image does not run. The service then runs what it ran before.
 */
export async function release(place: ReleasePlace, request: ReleaseRequest, ui: Ui): Promise<void> {
  const { target, caller, parameters, tell } = place;
  const { service } = target;
  const by = caller.arn;
  const source = await choose(place, request, ui);
  // Bad input ends here: nobody is told, and no other release is kept away.
  if (isToBuild(await planImage(place, source))) await place.docker();
  const what = describe(source);
  const said = await whileAlone(parameters, target.parameters.underWay, { what, by }, async () => {
    await tell(`${service}: ${by} begins to release ${what}.`);
    try {
      return await releaseImage(place, await makeImage(place, source, ui), ui);
    } catch (error) {
      if (error instanceof CommandError) await tell(`${service}: the release of ${what} ended: ${error.message}`);
      throw error;
    }
  });
  ui.print(said);
  await tell(said);
}

async function choose(place: ReleasePlace, { source, yes }: ReleaseRequest, ui: Ui): Promise<ChosenSource> {
  if (source.kind !== "rollback") return source;
  const { revision, image } = await chooseRevision(place, source.revision, ui);
  if (source.revision === undefined && !yes) {
    await ui.confirm(`Go back to revision ${revision.number}, ${labelOf(image)}?`);
  }
  return { kind: "rollback", revision: revision.number };
}

async function releaseImage(place: ReleasePlace, image: WantedImage, ui: Ui): Promise<string> {
  const { target, parameters, service, now, pause } = place;
  const ownUri = repositoryUri(target, place.caller);
  const { value } = await parameters.read(target.parameters.image);
  const released = value === noRelease ? undefined : uriOf(value, ownUri);
  const label = labelOf(image);
  const start = async (report: (line: string) => void, retitle: (title: string) => void): Promise<Deployed> => {
    const deployed = await deployImage({ service, now, pause, name: target.service }, image, released, report);
    const { outcome, revision } = deployed;
    retitle(outcome.kind === "runs" ? `${label} runs as revision ${revision.number}` : `${label} does not run`);
    if (outcome.kind !== "runs") throw new DoesNotRun(deployed);
    return deployed;
  };
  const deployed = await ui.step(`Start ${label}`, start).catch(async (error: unknown) => {
    throw error instanceof DoesNotRun ? await failure(place, image, error.deployed, value, ui) : error;
  });
  await writeDown(place, image.id, value, `${label} runs as revision ${deployed.revision.number}`);
  return success(target, label, deployed);
}

/** Marks the line of progress as failed. */
class DoesNotRun extends Error {
  constructor(readonly deployed: Deployed) {
    super();
  }
}

/** Tells Terraform what runs. */
async function writeDown(
  { parameters, target }: ReleasePlace,
  id: string,
  written: string,
  runs: string,
): Promise<void> {
  if (id === written) return;
  try {
    await parameters.write(target.parameters.image, id);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new CommandError(
      `${target.service}: ${runs}, but Terraform does not know it (${error.message}): ` +
        "run the same command again, since the next deploy would start another version",
    );
  }
}

function success({ service, environment }: ReleaseTarget, label: string, { revision, before }: Deployed): string {
  const runs = `${service}: ${label} runs as revision ${revision.number}.`;
  if (before === undefined || digestOf(before.image) === undefined) return runs;
  const back = typedCommand(environment, `npm run release -- ${service} --rollback ${before.number}`);
  return `${runs}\nBack to revision ${before.number}: ${back}`;
}

/** Prints what the containers said, tells Terraform what runs, and returns the sentence of the failure. */
async function failure(
  place: ReleasePlace,
  image: WantedImage,
  { revision, before, outcome }: Deployed,
  written: string,
  ui: Ui,
): Promise<CommandError> {
  const { service, registry, target } = place;
  await printWhatWasSaid(place, revision.arn, ui);
  const status = await service.status();
  const current = await service.revision(status.revision);
  const digest = digestOf(current.image);
  const found = digest === undefined ? undefined : await registry.find({ imageDigest: digest });
  const label = found === undefined ? current.image : labelOf(found);
  const replaced = before?.arn === current.arn ? "ECS went back" : `somebody deployed revision ${current.number}`;
  const why = outcome.kind === "failed" ? outcome.why : replaced;
  const runs = status.desiredCount === 0 ? "nothing runs, as before" : `revision ${current.number} runs, with ${label}`;
  const sentence = `${target.service}: expected ${labelOf(image)} to run, got a failure (${why}); ${runs}`;
  if (digest !== undefined) {
    await writeDown(place, idOf(current.image, repositoryUri(target, place.caller)), written, runs);
  }
  return new CommandError(sentence);
}

async function printWhatWasSaid({ service, logs }: ReleasePlace, revisionArn: string, ui: Ui): Promise<void> {
  try {
    const ended = (await service.tasks()).find(
      ({ taskDefinitionArn, lastStatus }) => taskDefinitionArn === revisionArn && lastStatus === "STOPPED",
    );
    const said = ended === undefined ? [] : await whatTaskSaid(ended, logs);
    if (said.length > 0) ui.print(["What the containers said:", ...said.map((line) => `  ${line}`)].join("\n"));
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    ui.print(`What the containers said cannot be read: ${error.message}`);
  }
}

function describe(source: ChosenSource): string {
  switch (source.kind) {
    case "context":
      return source.tag ?? "what is in a folder";
    case "image":
      return source.image;
    case "rollback":
      return `revision ${source.revision}`;
  }
}
