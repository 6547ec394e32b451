import { CommandError } from "../support/command-error";
import { program } from "../support/program";
import { buildAndPush, planBuild } from "./build-and-push";
import { type Deployed, deployImage } from "./deploy-image";
import type { Docker } from "./docker";
import type { EcsService } from "./ecs-service";
import type { FollowPlace } from "./follow";
import { type Caller, labelOf, namedImage, repositoryUri, type WantedImage } from "./images";
import type { Tell } from "./notify";
import { chooseRelease, pastReleases, tableOf } from "./past-releases";
import type { Registry } from "./registry";
import type { ReleaseRequest, Source } from "./request";
import { type ContainerLogs, whatTaskSaid } from "./said";
import type { ReleaseTarget } from "./target";
import { type ReleaseParameters, whileAlone } from "./under-way";

const { noRelease } = program("stacks/names/containers");
const { typedCommand } = program("settings/typed-command");

/** What a release works with. */
export interface ReleasePlace extends Pick<FollowPlace, "now" | "pause"> {
  readonly target: ReleaseTarget;
  readonly caller: Caller;
  readonly registry: Pick<Registry, "find" | "images" | "login" | "tag">;
  readonly service: Pick<
    EcsService,
    "status" | "tasks" | "revision" | "revisions" | "register" | "deregister" | "deploy"
  >;
  readonly parameters: Pick<ReleaseParameters, "read" | "write">;
  readonly logs: Pick<ContainerLogs, "tail">;
  /** Only asked for when something is to be built. */
  readonly docker: () => Promise<Pick<Docker, "build" | "push">>;
  readonly tell: Tell;
}

/** How a release talks to people. */
export interface Ui {
  /** Shows a line of progress while `work` runs. */
  readonly step: <Result>(
    title: string,
    work: (report: (line: string) => void, retitle: (title: string) => void) => Promise<Result>,
  ) => Promise<Result>;
  readonly print: (text: string) => void;
  /** @throws CommandError when the answer is no */
  readonly confirm: (question: string) => Promise<void>;
}

/**
 * Releases an image of a service: makes it, starts it, sees that it runs, and tells Terraform.
 *
 * @throws CommandError one sentence when the image does not run. The service then runs what it ran before.
 */
export async function release(place: ReleasePlace, request: ReleaseRequest, ui: Ui): Promise<void> {
  const { target, caller, parameters, tell } = place;
  const { service } = target;
  const by = caller.arn;
  if (request.source.kind === "rollback") await chooseAndConfirm(place, request, request.source, ui);
  const what = describeSource(request.source);
  const said = await whileAlone(parameters, target.parameters.underWay, { what, by }, async () => {
    await tell(`${service}: ${by} begins to release ${what}.`);
    try {
      return await releaseImage(place, await imageOf(place, request.source, ui), ui);
    } catch (error) {
      if (error instanceof CommandError) await tell(`${service}: the release of ${what} ended: ${error.message}`);
      throw error;
    }
  });
  ui.print(said);
  await tell(said);
}

/** Prints what a release would do. Changes nothing. */
export async function rehearse(place: ReleasePlace, { source }: ReleaseRequest, ui: Ui): Promise<void> {
  const { service, target, registry } = place;
  const status = await service.status();
  const current = await service.revision(status.revision);
  const lines: string[] = [];
  if (source.kind === "context") {
    const { contextTag, tag, there } = await planBuild(source, target, registry);
    if (there === undefined)
      lines.push(`build ${source.folder} for ${target.platform}`, `push ${target.repository}:${contextTag}`);
    else lines.push(`build nothing: ${target.repository} has ${labelOf(there)} of this context`);
    if (tag !== undefined && !there?.tags.includes(tag)) lines.push(`tag it ${tag}`);
  } else {
    const image = await imageOf(place, source, ui);
    if (image.uri === current.image) lines.push(`change nothing: ${labelOf(image)} runs`);
    else lines.push(`take ${labelOf(image)}`);
  }
  lines.push(
    `register a revision of ${target.family} like revision ${current.number}, with this image`,
    `update ${target.service} in ${target.cluster}, and wait until it is steady`,
    `write the image into ${target.parameters.image}`,
  );
  ui.print(`A release would:\n${lines.map((line) => `  ${line}\n`).join("")}Nothing was changed.`);
}

async function chooseAndConfirm(
  place: ReleasePlace,
  { yes }: ReleaseRequest,
  { revision }: Source & { readonly kind: "rollback" },
  ui: Ui,
): Promise<void> {
  const releases = await listReleases(place);
  ui.print(tableOf(releases));
  const chosen = chooseRelease(releases, revision);
  if (revision !== undefined || yes) return;
  await ui.confirm(`Go back to revision ${chosen.revision.number}, ${labelOf(chosen.image)}?`);
}

async function listReleases({ service, registry, target, caller }: ReleasePlace) {
  const [status, revisions, images] = await Promise.all([service.status(), service.revisions(), registry.images()]);
  return pastReleases(revisions, images, status.revision, repositoryUri(target, caller));
}

async function imageOf(place: ReleasePlace, source: Source, ui: Ui): Promise<WantedImage> {
  const { target, caller, registry } = place;
  const ownUri = repositoryUri(target, caller);
  switch (source.kind) {
    case "image":
      return namedImage(source.image, ownUri, (imageDigest) => registry.find({ imageDigest }));
    case "rollback":
      return chooseRelease(await listReleases(place), source.revision).image;
    case "context": {
      const plan = await planBuild(source, target, registry);
      if (plan.there !== undefined) {
        const image = await buildAndPush(plan, { ...place, docker: noDocker, ownUri }, () => undefined);
        ui.print(`${labelOf(image)} is in ${target.repository} already: the context did not change`);
        return image;
      }
      const docker = await place.docker();
      return ui.step("Build and push", async (report, retitle) => {
        const image = await buildAndPush(plan, { ...place, docker, ownUri }, report);
        retitle(`Build and push: ${labelOf(image)}`);
        return image;
      });
    }
  }
}

/** For an image that is in the registry already. */
const noDocker: Pick<Docker, "build" | "push"> = {
  build: () => Promise.reject(new Error("expected nothing to build")),
  push: () => Promise.reject(new Error("expected nothing to push")),
};

async function releaseImage(place: ReleasePlace, image: WantedImage, ui: Ui): Promise<string> {
  const { target, parameters, service, now, pause } = place;
  const { image: parameter } = target.parameters;
  const { value } = await parameters.read(parameter);
  const ownUri = repositoryUri(target, place.caller);
  const released = value === noRelease ? undefined : value.startsWith("sha256:") ? `${ownUri}@${value}` : value;
  const label = labelOf(image);
  const deployed = await ui.step(`Start ${label}`, async (report, retitle) => {
    const done = await deployImage({ service, now, pause, name: target.service }, image, released, report);
    const { outcome, revision } = done;
    retitle(outcome.kind === "runs" ? `${label} runs as revision ${revision.number}` : `${label} does not run`);
    return done;
  });
  if (deployed.outcome.kind !== "runs") throw await failure(place, image, deployed, ui);
  if (value !== image.id) await parameters.write(parameter, image.id);
  return success(target, label, deployed);
}

function success({ service, environment }: ReleaseTarget, label: string, { revision, before }: Deployed): string {
  const runs = `${service}: ${label} runs as revision ${revision.number}.`;
  if (before === undefined || !before.image.includes("@")) return runs;
  const back = typedCommand(environment, `npm run release -- ${service} --rollback ${before.number}`);
  return `${runs} Back to revision ${before.number}: ${back}`;
}

/** Prints what the containers said, and returns the sentence of the failure. */
async function failure(
  { service, logs, registry, target }: ReleasePlace,
  image: WantedImage,
  { revision, outcome }: Deployed,
  ui: Ui,
): Promise<CommandError> {
  const tasks = await service.tasks();
  const ended = tasks.find(
    ({ taskDefinitionArn, lastStatus }) => taskDefinitionArn === revision.arn && lastStatus === "STOPPED",
  );
  const said = ended === undefined ? [] : await whatTaskSaid(ended, logs);
  if (said.length > 0) ui.print(["What the containers said:", ...said.map((line) => `  ${line}`)].join("\n"));
  const status = await service.status();
  const current = await service.revision(status.revision);
  const digest = current.image.split("@")[1];
  const found = digest === undefined ? undefined : await registry.find({ imageDigest: digest });
  const label = found === undefined ? current.image : labelOf(found);
  const why = outcome.kind === "failed" ? outcome.why : "ECS went back";
  const runs = status.desiredCount === 0 ? "nothing runs, as before" : `revision ${current.number} runs, with ${label}`;
  return new CommandError(`${target.service}: expected ${labelOf(image)} to run, got a failure (${why}); ${runs}`);
}

function describeSource(source: Source): string {
  switch (source.kind) {
    case "context":
      return source.tag ?? "what is in a folder";
    case "image":
      return source.image;
    case "rollback":
      return source.revision === undefined ? "the version before" : `revision ${source.revision}`;
  }
}
