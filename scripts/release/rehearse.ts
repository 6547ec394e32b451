import { labelOf } from "./images";
import type { ReleasePlace, Ui } from "./place";
import type { ReleaseRequest } from "./request";
import { chooseRevision } from "./rollback";
import type { ReleaseTarget } from "./target";
import { type ChosenSource, type ImagePlan, planImage } from "./wanted-image";

/** Prints what a release would do. Changes nothing. */
export async function rehearse(place: ReleasePlace, { source }: ReleaseRequest, ui: Pick<Ui, "print">): Promise<void> {
  const { service, target } = place;
  const chosen: ChosenSource =
    source.kind === "rollback"
      ? { kind: "rollback", revision: (await chooseRevision(place, source.revision, ui)).revision.number }
      : source;
  const plan = await planImage(place, chosen);
  const status = await service.status();
  const current = await service.revision(status.revision);
  const runs = "image" in plan && plan.image.uri === current.image && status.desiredCount > 0;
  const lines = [
    ...imageLines(plan, target),
    ...(runs
      ? [`start nothing: revision ${current.number} has it`]
      : [
          `register a revision of ${target.family} like revision ${current.number}, with this image`,
          `update ${target.service} in ${target.cluster}, and wait until it is steady`,
          `write the image into ${target.parameters.image}`,
        ]),
  ];
  ui.print(`A release would:\n${lines.map((line) => `  ${line}\n`).join("")}Nothing was changed.`);
}

function imageLines(plan: ImagePlan, { platform, repository }: ReleaseTarget): string[] {
  if ("image" in plan) return [`take ${labelOf(plan.image)}`];
  const { folder, contextTag, tag, there } = plan.build;
  return [
    ...(there === undefined
      ? [`build ${folder} for ${platform}`, `push ${repository}:${contextTag}`]
      : [`build nothing: ${repository} has ${labelOf(there)} of this context`]),
    ...(tag === undefined ? [] : [`tag it ${tag}`]),
  ];
}
