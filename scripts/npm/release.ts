import { setTimeout as sleep } from "node:timers/promises";
import { AwsCalls } from "../aws/aws-calls";
import { services } from "../aws/services";
import { readDockerfile } from "../release/build-context";
import { Docker } from "../release/docker";
import { EcsService } from "../release/ecs-service";
import type { Caller } from "../release/images";
import { tellNobody, webhook } from "../release/notify";
import { Parameters } from "../release/parameters";
import type { ReleasePlace, Ui } from "../release/place";
import { Registry } from "../release/registry";
import { rehearse } from "../release/rehearse";
import { release } from "../release/release";
import { type ReleaseRequest, readRequest } from "../release/request";
import { ContainerLogs } from "../release/said";
import { type ReleaseTarget, releaseTarget } from "../release/target";
import { confirm } from "../support/confirm";
import { callProgram, program } from "../support/program";
import { runTask } from "../support/progress";
import { runCommand } from "../support/run-command";

const { loadSettings } = program("stacks/settings");

/** How often to look at a deployment. */
const POLL_MS = 1_000;

const USAGE = `Releases a version of a service of the stack ecs: builds and pushes its image, starts it, and sees that it runs. If it
does not, the service runs what it ran before, and what the containers said is printed. A later deploy keeps what was
released. If a release is cut off, run the same command again.

usage: npm run release -- SERVICE (--context DIR [--tag TAG] | --image IMAGE | --rollback [REVISION]) [--dry-run]
       --context DIR    builds the folder, which has a Dockerfile, with Docker. An image of the same files is not built again
       --tag TAG        gives the image of --context a tag, which no other image has
       --rebuild        builds --context anew although the files did not change: a base image may be newer
       --image IMAGE    takes an image by its digest: sha256:…, or name@sha256:…
       --rollback       lists the revisions, and goes back to the image before, or to that of REVISION
       --notify SECRET  posts start and end to the webhook whose address this secret of Secrets Manager holds
       --dry-run        prints what it would do, and changes nothing
       --yes            goes back without asking

WORKBENCH_ENV=<environment> chooses the settings.
`;

const ui: Ui = {
  step: runTask,
  print: (text) => process.stdout.write(`${text}\n`),
  confirm: (question) => confirm(question, "nothing was changed"),
};

await runCommand(async (args) => {
  const request = readRequest(args, USAGE, process.env["INIT_CWD"] ?? process.cwd());
  const target = releaseTarget(
    callProgram(() => loadSettings()),
    request.service,
  );
  const place = await open(target, request);
  if (request.dryRun) await rehearse(place, request, ui);
  else await release(place, request, ui);
  return 0;
});

async function open(target: ReleaseTarget, { notify, source, dryRun }: ReleaseRequest): Promise<ReleasePlace> {
  const warn = (sentence: string) => process.stderr.write(`note: ${sentence}\n`);
  return ui.step("Check", async (_report, retitle) => {
    // First of all, since it is on this computer.
    if (source.kind === "context") await readDockerfile(source.folder);
    const [caller, registry, service, parameters, logs, tell] = await Promise.all([
      callerOf(target),
      Registry.open(target),
      EcsService.open(target),
      Parameters.open(target),
      ContainerLogs.open(target),
      notify === undefined || dryRun ? tellNobody : webhook(target, notify, warn),
    ]);
    await service.status();
    const { repository, region } = target;
    retitle(`Check: ${repository} in ${region}, account ${caller.accountId}, as ${caller.arn}`);
    const pause = () => sleep(POLL_MS);
    return { target, caller, registry, service, parameters, logs, tell, docker: Docker.find, now: Date.now, pause };
  });
}

async function callerOf(target: ReleaseTarget): Promise<Caller> {
  const calls = await AwsCalls.at(services.sts, target);
  const { Arn: arn = "", Account: accountId = "" } = await calls.ask(
    "GetCallerIdentity",
    ({ GetCallerIdentityCommand }, client, options) => client.send(new GetCallerIdentityCommand({}), options),
  );
  return { arn, accountId };
}
