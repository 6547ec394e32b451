/**
 * @module-tag ecs
 * @memory 1600 MiB
 * @minutes 5
 */
import { afterAll, beforeAll, describe, expect } from "vitest";
import { releaseStatements } from "../../../stacks/state/release-statements";
import { withoutDocker } from "../docker-daemon";
import { describeWithMachines } from "../machines";
import { story } from "../steps";
import { ReleaseUser } from "./release-user";
import { WebhookServer } from "./webhook-server";

const digest = /^sha256:[0-9a-f]{64}$/;

describe.skipIf(withoutDocker !== undefined)(withoutDocker ?? "with Docker", () => {
  describeWithMachines("releases of an application (a stand-in)", () => {
    let user: ReleaseUser;
    let webhook: WebhookServer;
    let context: string[];
    const step = story();

    beforeAll(async () => {
      webhook = await WebhookServer.start();
      user = await ReleaseUser.start();
      context = ["grand-central", "--context", user.context];
      // In JSON: version 1 of the AWS CLI would ask an address that is a value, and take the answer.
      const secret = { Name: "workbench-local-release-webhook", SecretString: webhook.address };
      await user.workbench.aws("secretsmanager", "create-secret", "--cli-input-json", JSON.stringify(secret));
    });
    afterAll(async () => {
      await user?.end();
      await webhook?.end();
    });

    step(
      "the first one builds, pushes and starts a version, and tells a webhook; Terraform has nothing to do",
      async () => {
        await user.write({ version: "1" });
        const said = await user.mustRelease(...context, "--tag", "v1", "--notify", "workbench-local-release-webhook");
        expect(said).toMatch(/grand-central: v1 \(sha256:[0-9a-f]{12}\) runs as revision 2\.$/m);
        expect(webhook.texts).toEqual([
          expect.stringMatching(/^grand-central: arn:aws:\w+::123456789012:\S+ begins to release v1\.$/),
          expect.stringMatching(/^grand-central: v1 \(sha256:[0-9a-f]{12}\) runs as revision 2\.$/),
        ]);
        expect(await user.running()).toBe("1");
        expect(await user.known()).toEqual({
          revisions: [1, 2],
          released: expect.stringMatching(digest),
          underWay: "none",
        });
        await user.expectQuietPlans();
      },
    );

    step("the same again changes nothing", async () => {
      expect(await user.mustRelease(...context, "--tag", "v1")).toContain("the context did not change");
      expect((await user.known()).revisions).toEqual([1, 2]);
    });

    step("a rehearsal of another one changes nothing, and says what it would do", async () => {
      await user.write({ version: "2", behaviour: "sick" });
      const said = await user.mustRelease(...context, "--tag", "v2", "--dry-run");
      expect(said).toContain(`  build ${user.context} for linux/amd64`);
      expect(said).toContain("Nothing was changed.");
      const images = await user.workbench.aws(
        "ecr",
        "describe-images",
        "--repository-name",
        "workbench-local-grand-central",
      );
      expect(images.imageDetails).toHaveLength(1);
      expect(await user.known()).toMatchObject({ revisions: [1, 2], underWay: "none" });
    });

    step(
      "fails: a version that is never healthy; the one before runs again, and what the new one said is shown",
      async () => {
        const { exitCode, output } = await user.release(...context, "--tag", "v2");
        expect(exitCode).toBe(1);
        expect(output).toMatch(/What the containers said:\n +ECS: .+\n +grand-central .+:\n +version 2 begins/);
        expect(output).toMatch(
          /error: grand-central: expected v2 \(\S+\) to run, got a failure \(ECS went back\); revision 2 runs, with v1 \(\S+\)$/m,
        );
        expect(await user.running()).toBe("1");
        expect(await user.known()).toMatchObject({ revisions: [1, 2], underWay: "none" });
        await user.expectQuietPlans();
      },
    );

    step("two at once: one runs, and the other is refused, and names it", async () => {
      await user.write({ version: "3" });
      const both = await Promise.all([
        user.release(...context, "--tag", "v3"),
        user.release(...context, "--tag", "v3"),
      ]);
      const [done, refused] = both.sort((a, b) => a.exitCode - b.exitCode);
      expect([done.exitCode, refused.exitCode]).toEqual([0, 1]);
      expect(refused.output).toMatch(
        /^error: expected no other release of the service, got v3 by arn:aws:\w+::123456789012:/m,
      );
      expect(await user.running()).toBe("3");
      await user.expectQuietPlans();
    });

    step("fails: a tag with other contents", async () => {
      await user.write({ version: "4" });
      const { exitCode, output } = await user.release(...context, "--tag", "v3");
      expect([exitCode, output]).toEqual([1, expect.stringContaining('got "v3", which means sha256:')]);
      expect(await user.running()).toBe("3");
    });

    step("fails without Docker, and in another account, and in another region; one sentence each", async () => {
      const account = "arn:aws:iam::210987654321:role/other";
      const { Credentials: other } = await user.workbench.aws(
        ...["sts", "assume-role", "--role-arn", account, "--role-session-name", "other"],
      );
      const keys = {
        AWS_ACCESS_KEY_ID: other.AccessKeyId,
        AWS_SECRET_ACCESS_KEY: other.SecretAccessKey,
        AWS_SESSION_TOKEN: other.SessionToken,
      };
      const region = { WORKBENCH_AWS_REGION: "us-east-1", WORKBENCH_AWS_AVAILABILITY_ZONE: "us-east-1a" };
      const before = await user.known();
      for (const [change, sentence] of [
        [{ DOCKER_HOST: "unix:///nowhere" }, "error: docker: expected a daemon that answers, got: "],
        [keys, "in eu-west-1, got none; run `"],
        [region, "in us-east-1, got none; run `"],
      ] as const) {
        const { exitCode, output } = await user.releaseWith(change, ...context, "--tag", "v4");
        expect([exitCode, output]).toEqual([1, expect.stringContaining(sentence)]);
        expect(output.match(/^error: /gm)).toHaveLength(1);
      }
      expect(await user.known()).toEqual(before);
    });

    step("a deploy with another setting keeps what was released", async () => {
      user.workbench.settings["ECS_GRAND_CENTRAL_ENVIRONMENT"] = "{ COLOUR: red }";
      await user.workbench.deploy("ecs");
      expect(await user.running()).toBe("3");
      await user.expectQuietPlans();
    });

    step("goes back to the version before, with the settings of today, and forward again", async () => {
      const back = await user.mustRelease("grand-central", "--rollback", "--yes");
      expect(back).toMatch(/v3 \(sha256:\S+\) +│ \S+ +│ runs now/);
      expect(await user.running()).toBe("1");
      await user.expectQuietPlans();
      await user.mustRelease("grand-central", "--rollback", "--yes");
      expect(await user.running()).toBe("3");
      await user.expectQuietPlans();
    });

    step("fails to go back to an image that is gone, and changes nothing", async () => {
      const before = await user.known();
      const repository = ["--repository-name", "workbench-local-grand-central"];
      const [{ imageDigest: image }] = (
        await user.workbench.aws("ecr", "describe-images", ...repository, "--image-ids", "imageTag=v1")
      ).imageDetails;
      await user.workbench.aws("ecr", "batch-delete-image", ...repository, "--image-ids", `imageDigest=${image}`);
      const { exitCode, output } = await user.release("grand-central", "--rollback", "2");
      expect(exitCode).toBe(1);
      expect(output).toMatch(/got 2, whose image sha256:[0-9a-f]{64} is gone/);
      expect(await user.known()).toEqual(before);
    });

    step(
      "fails: a first version that ends again and again, for which ECS would go on; nothing runs, as before",
      async () => {
        await user.write({ version: "1", behaviour: "ends" });
        const { exitCode, output } = await user.release("reports", "--context", user.context);
        expect(exitCode).toBe(1);
        expect(output).toContain("cannot find its settings");
        expect(output).toMatch(/got a failure \((it ended 3 times|ECS gave it up)\); nothing runs, as before$/m);
        expect(await user.running("reports")).toBeUndefined();
        expect(await user.known("reports")).toEqual({ revisions: [1], released: "none", underWay: "none" });
        await user.expectQuietPlans();
      },
    );

    step("releases an image that is there", async () => {
      const { released } = await user.known();
      const repository = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/workbench-local-grand-central";
      expect(await user.mustRelease("grand-central", "--image", `${repository}@${released}`)).toContain("v3 (");
    });

    step("needs exactly what the release role may do", async () => {
      const allowed = releaseStatements({ partition: "aws", project: "workbench" }).flatMap(({ actions }) => actions);
      const called = [...user.proxy.called].filter((action) => action !== "sts:GetCallerIdentity");
      expect(called.filter((action) => !allowed.includes(action))).toEqual([]);
      // Docker's, in its own protocol; and what AWS asks for when a revision is registered, with tags and roles.
      const docker = ["BatchCheckLayerAvailability", "InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload"];
      const others = ["ecs:ListTagsForResource", "ecs:TagResource", "iam:PassRole"];
      expect(allowed.filter((action) => !called.includes(action)).sort()).toEqual(
        [...docker.map((action) => `ecr:${action}`), ...others].sort(),
      );
    });
  });
});
