import { describe, expect, test } from "vitest";
import { runningMachine } from "../../../scripts/open/running-machine";
import { fakePlace, running } from "./fake-place";

const is = (state: string, why?: string) => ({ ...running, state, ...(why !== undefined && { why }) });

async function find(...states: Parameters<typeof is>[]) {
  const { place, done } = fakePlace({ machines: states.map((state) => [is(...state)]) });
  const shown: string[] = [];
  const machine = await runningMachine(place, (progress) => shown.push(progress));
  return { machine, done, shown };
}

describe("a machine", () => {
  test("that runs is left as it is", async () => {
    const { machine, done } = await find(["running"]);
    expect(machine).toEqual(running);
    expect(done).toEqual([]);
  });

  test("that is stopped is started once", async () => {
    const { machine, done, shown } = await find(["stopped", "it shut itself down"], ["pending"], ["running"]);
    expect(machine.wasStopped).toBe("it shut itself down");
    expect(done).toEqual(["start i-1", "wait", "wait"]);
    expect(shown).toEqual(["i-1 is stopped: it shut itself down. Starting it", "i-1 is pending: it starts"]);
  });

  test("that was started is waited for while EC2 still says that it is stopped", async () => {
    const { done } = await find(["stopped"], ["stopped"], ["stopped"], ["pending"], ["running"]);
    expect(done).toEqual(["start i-1", "wait", "wait", "wait", "wait"]);
  });

  test("that stops is started when it is stopped", async () => {
    const { machine, done } = await find(["stopping"], ["stopping"], ["stopped", "somebody stopped it"], ["running"]);
    expect(machine.wasStopped).toBe("somebody stopped it");
    expect(done).toEqual(["wait", "wait", "start i-1", "wait"]);
  });

  test("that starts is waited for", async () => {
    const { machine, done } = await find(["pending"], ["running"]);
    expect(machine.wasStopped).toBeUndefined();
    expect(done).toEqual(["wait"]);
  });

  test("is found beside one that is being terminated", async () => {
    const { place } = fakePlace({ machines: [[{ ...is("shutting-down"), id: "i-0" }, running]] });
    expect((await runningMachine(place, () => undefined)).id).toBe("i-1");
  });
});

describe("fails in one sentence", () => {
  const none =
    "i-1: expected a machine that can be started, got one that somebody terminated; " +
    "`npm run local -- npx cdktf deploy ebs ec2` makes another one. The data volume is kept";

  test("when there is none", async () => {
    const { place } = fakePlace({ machines: [[]] });
    await expect(runningMachine(place, () => undefined)).rejects.toThrow(
      "machine: expected one tagged Name=workbench-local-machine, Project=workbench, Environment=local in eu-west-1, " +
        "got none; run `npm run local -- npx cdktf deploy ebs ec2`",
    );
  });

  test("when there are several", async () => {
    const { place } = fakePlace({ machines: [[running, { ...is("stopped"), id: "i-2" }]] });
    await expect(runningMachine(place, () => undefined)).rejects.toThrow(
      "got i-1 (running) and i-2 (stopped); terminate the one that the output instance_id does not name",
    );
  });

  test("when it is being terminated, before and while it is waited for", async () => {
    await expect(find(["shutting-down"])).rejects.toThrow(none);
    await expect(find(["pending"], ["shutting-down"])).rejects.toThrow(none);
  });

  test("when it never starts", async () => {
    await expect(find(["stopped", "it shut itself down"])).rejects.toThrow(
      "i-1: expected the machine to start, got stopped again: it shut itself down",
    );
  });

  test("when it stops again", async () => {
    await expect(find(["stopped"], ["pending"], ["stopped", "Internal error on launch"])).rejects.toThrow(
      "i-1: expected the machine to start, got stopped again: Internal error on launch",
    );
  });

  test("when it starts for ever", async () => {
    await expect(find(["pending"])).rejects.toThrow(
      "i-1: expected the machine to run, got pending after 10 minutes; look at it in EC2's console",
    );
  });
});
