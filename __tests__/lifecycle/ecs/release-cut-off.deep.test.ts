/**
 * @module-tag ecs
 * @memory 1600 MiB
 * @minutes 20
 */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { AwsProxy, type Call } from "../aws-proxy";
import { withoutDocker } from "../docker-daemon";
import { describeWithMachines } from "../machines";
import { story } from "../steps";
import { ReleaseUser } from "./release-user";

/** The calls of a release at which it is cut off, in their order. */
const calls: readonly (Call & { readonly name: string })[] = [
  { name: "says that it is under way", action: "PutParameter", about: "process" },
  { name: "asks for a login", action: "GetAuthorizationToken" },
  { name: "pushes a layer", action: "PATCH", about: "/blobs/uploads/" },
  { name: "pushes the manifest", action: "PUT", about: "/manifests/" },
  { name: "tags the image", action: "PutImage" },
  { name: "registers a revision", action: "RegisterTaskDefinition" },
  { name: "updates the service", action: "UpdateService" },
  { name: "waits", action: "DescribeTasks" },
  { name: "writes down what was released", action: "PutParameter", about: "/image" },
  { name: "says that it has ended", action: "PutParameter", about: '"none"' },
];

/** Of a lost connection. The AWS SDK gives up a call sooner. */
const LOST_MS = 15_000;

describe.skipIf(withoutDocker !== undefined)(withoutDocker ?? "with Docker", () => {
  describeWithMachines("a release that is cut off", () => {
    let user: ReleaseUser;
    let version = 0;
    const step = story();

    beforeAll(async () => {
      user = await ReleaseUser.start();
    });
    afterAll(() => user?.end());

    /** Writes another version, and returns the arguments that release it. */
    const another = async (): Promise<string[]> => {
      version += 1;
      await user.write({ version: `${version}` });
      return ["grand-central", "--context", user.context, "--tag", `v${version}`];
    };

    /** Begins a release, and does something once, at a call. Returns how it ended. */
    const releaseUntil = async (
      call: Call,
      args: readonly string[],
      act: (proxy: AwsProxy, group: number) => "pass" | "keep" | "lose",
    ) => {
      let isDone = false;
      let group = 0;
      const proxy: AwsProxy = await AwsProxy.start(user.workbench, (isCall) => {
        if (isDone || !isCall(call)) return "pass";
        isDone = true;
        return act(proxy, group);
      });
      try {
        const running = user.beginRelease(proxy.address, ...args);
        group = running.pid ?? 0;
        const { exitCode, all } = await running;
        expect(isDone, String(all)).toBe(true);
        return { exitCode, output: String(all) };
      } finally {
        proxy.end();
      }
    };

    const expectReleased = async (): Promise<void> => {
      expect(await user.running()).toBe(`${version}`);
      expect(await user.known()).toMatchObject({ released: expect.stringMatching(/^sha256:/), underWay: "none" });
      await user.expectQuietPlans();
    };

    const again = async (args: readonly string[]): Promise<void> => {
      await user.mustRelease(...args);
      await expectReleased();
    };

    step("there is a version", async () => again(await another()));

    step("and three more, each within 15 s beyond what Docker takes", async () => {
      for (const _ of [1, 2, 3]) {
        const args = await another();
        // Cut off, so that the image is there, and Docker has nothing to do.
        await releaseUntil({ action: "RegisterTaskDefinition" }, args, (_, group) => {
          process.kill(-group, "SIGKILL");
          return "keep";
        });
        const began = Date.now();
        await user.mustRelease(...args);
        expect(Date.now() - began).toBeLessThan(15_000);
      }
      await expectReleased();
    });

    for (const call of ["RegisterTaskDefinition", "UpdateService"]) {
      step(`killed while it goes back, at ${call}; the same again ends well`, async () => {
        const before = Number(await user.running());
        const revision = (await user.known()).revisions.at(-2);
        const args = ["grand-central", "--rollback", `${revision}`];
        await releaseUntil({ action: call }, args, (_, group) => {
          process.kill(-group, "SIGKILL");
          return "keep";
        });
        await user.mustRelease(...args);
        expect(await user.running()).not.toBe(`${before}`);
        await user.expectQuietPlans();
      });
    }

    for (const call of calls) {
      step(`Ctrl-C while it ${call.name}: it ends in a sentence, or well; the same again ends well`, async () => {
        const args = await another();
        const { exitCode, output } = await releaseUntil(call, args, (_, group) => {
          process.kill(-group, "SIGINT");
          return "pass";
        });
        if (exitCode !== 0) {
          expect(output).toMatch(/^error: interrupted: /m);
          expect(exitCode).toBe(130);
        }
        expect((await user.known()).underWay).toBe("none");
        await again(args);
      });

      step(`killed while it ${call.name}; the same again ends well`, async () => {
        const args = await another();
        await releaseUntil(call, args, (_, group) => {
          process.kill(-group, "SIGKILL");
          return "keep";
        });
        await again(args);
      });

      step(`an answer is lost while it ${call.name}: it ends well`, async () => {
        const { exitCode, output } = await releaseUntil(call, await another(), () => "lose");
        expect(exitCode, output).toBe(0);
        await expectReleased();
      });

      step(`the connection is lost for a while, while it ${call.name}; the same again ends well`, async () => {
        const args = await another();
        const { exitCode, output } = await releaseUntil(call, args, (proxy) => {
          proxy.isCut = true;
          void sleep(LOST_MS).then(() => {
            proxy.isCut = false;
          });
          return "lose";
        });
        if (exitCode !== 0) expect(output.match(/^error: /gm), output).toHaveLength(1);
        expect(output).not.toMatch(/^\s+at /m);
        await again(args);
      });
    }
  });
});
