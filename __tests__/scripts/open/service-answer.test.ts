import { describe, expect, test } from "vitest";
import type { Report } from "../../../scripts/open/report";
import { serviceAnswer } from "../../../scripts/open/service-answer";
import { serviceOf } from "../../../scripts/open/services";
import { fakePlace, running, type World, well } from "./fake-place";

/** A machine that reports in turn, the last report again and again; undefined ends the connection. */
async function wait(reports: readonly (Partial<Report> | undefined)[], isAnswering: boolean, world?: World) {
  const { place } = fakePlace({ settings: { SSH_PRIVATE_KEY_FILE: "/keys/id" }, ...world });
  let index = 0;
  const ask = async () => {
    const report = reports[Math.min(index++, reports.length - 1)];
    return report && { ...well, ...report };
  };
  const connection = { ask, ended: new Promise<string>(() => undefined), close: async () => undefined };
  const service = { ...serviceOf("notebook", place.target), answers: async () => isAnswering };
  const shown: string[] = [];
  const report = await serviceAnswer({ connection, machine: running, service, port: 20001 }, place, (progress) =>
    shown.push(progress),
  );
  return { report, shown };
}

const look =
  "Look at it: ssh -i /keys/id -p 2222 -o HostKeyAlias=i-1 -o UserKnownHostsFile=~/.ssh/known_hosts_workbench " +
  "-o StrictHostKeyChecking=accept-new admin@203.0.113.7 systemctl status";

test("it waits while the machine boots, and mounts its volume", async () => {
  const boots = { activeState: "inactive", system: "starting", volume: "activating" };
  const { report, shown } = await wait([boots, { activeState: "activating" }, {}], true);
  expect(report).toEqual(well);
  expect(shown).toEqual(["it is inactive, and the system starting", "it is activating, and the system running"]);
});

describe("fails in one sentence", () => {
  test("when the image does not have the service", async () => {
    await expect(wait([{ loadState: "not-found", activeState: "inactive" }], false)).rejects.toThrow(
      "i-1: expected a machine with JupyterLab (workbench-jupyter), got one whose image has none; set ec2.image.source: " +
        "workbench, build that image (packer/README.md), and run " +
        "`npm run local -- env WORKBENCH_EC2_IMAGE_FOLLOW_NEW=true npx cdktf deploy ec2`",
    );
  });

  test.each([
    ["failed", "No space left", ', which last said "No space left"'],
    ["inactive", "", ""],
  ])("when the service is %s", async (activeState, said, because) => {
    await expect(wait([{ activeState, said }], false)).rejects.toThrow(
      `i-1: expected JupyterLab to run, got workbench-jupyter that is ${activeState}${because}. ${look} workbench-jupyter`,
    );
  });

  test("when the volume is not mounted", async () => {
    const report = { activeState: "inactive", volume: "failed", volumeSaid: "no such device", system: "degraded" };
    await expect(wait([report], false)).rejects.toThrow(
      "i-1: expected JupyterLab to run on the mounted data volume, got workbench-data-volume that is failed, which last " +
        'said "no such device"; `npm run local -- npx cdktf deploy ebs ec2` mounts it, or says why not. ' +
        `${look} workbench-data-volume`,
    );
  });

  test("when the service fails again and again", async () => {
    await expect(wait([{ activeState: "activating", said: "Traceback" }], false)).rejects.toThrow(
      'got workbench-jupyter that is activating, which last said "Traceback"',
    );
  });

  test("when the service runs, and does not answer", async () => {
    await expect(wait([{}], false)).rejects.toThrow(
      "i-1: expected JupyterLab to answer at port 20001 of the machine (services.jupyterPort), got no answer within " +
        `180 s; the image must have been built with that port. ${look} workbench-jupyter`,
    );
  });

  test("when the connection ends", async () => {
    const stopping = { ...running, state: "stopping" };
    await expect(wait([{ activeState: "activating" }, undefined], false, { machines: [[stopping]] })).rejects.toThrow(
      "i-1: expected the machine to run, got one that is stopping",
    );
  });
});
