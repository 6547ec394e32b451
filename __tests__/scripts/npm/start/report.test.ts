import { describe, expect, test } from "vitest";
import { startReport } from "../../../../scripts/npm/start/report";
import { madeImage } from "../../images/made-image";

const changes = { add: 13, change: 0, remove: 0 };
const ssh = "ssh -i key -p 2222 -L 20000:localhost:20000 -L 20001:localhost:20001 admin@198.18.0.9";
const older = madeImage("ami-1", { name: "workbench-amd64-1" });
const newer = madeImage("ami-2", { name: "workbench-amd64-2" });
const start = {
  leftOut: [],
  withoutMachines: [],
  endpoint: "http://127.0.0.1:4760",
  region: "eu-west-1",
  credentialsFile: "/home/ada/workbench/.workbench/local-aws/credentials",
};

interface Image {
  readonly wanted: boolean;
  readonly built: readonly ReturnType<typeof madeImage>[];
  readonly problem?: string;
}

function report(imageId: string, { wanted, built, problem }: Image): string {
  return startReport({
    ...start,
    deployed: [{ name: "ec2", changes, outputs: { image_id: imageId, ssh } }],
    images: {
      images: [{ stack: "ec2", folder: "workbench", wanted, built }],
      problems: new Map(problem === undefined ? [] : [["workbench", problem]]),
    },
  });
}

describe("for the machine, the report says", () => {
  test.each([newer, older])("how to open JupyterLab and the REPL, if its image has them: %j", ({ id }) => {
    const text = report(id, { wanted: true, built: [newer, older] });
    expect(text).toContain("JupyterLab:                 npm run local -- open\n");
    expect(text).toContain("Clojure REPL:               npm run local -- open --repl\n");
  });

  test("in one line why there are none, and how to get them", () => {
    const problem = "packer is not on the PATH: install it";
    const lines = report("ami-debian", { wanted: true, built: [], problem }).split("\n");
    expect(lines.filter((line) => line.includes("REPL"))).toEqual([
      `No REPL or JupyterLab:      the machine boots Debian's own image; ${problem}`,
    ]);
  });

  test("that an older machine stays, and how to make a new one", () => {
    const text = report("ami-debian", { wanted: true, built: [newer] });
    expect(text).toContain("the machine was made before workbench-amd64-2; npm run local -- npx cdktf destroy ec2");
    expect(text).not.toContain("npm run local -- open");
  });

  test("nothing about them, if the settings choose Debian's own image", () => {
    const text = report("ami-debian", { wanted: false, built: [newer] });
    expect(text).toContain("Log in:                     npm run local -- ssh");
    expect(text).not.toContain("REPL");
  });
});

test("the report says how a user's own tools reach the local AWS, and with which key", () => {
  const text = report("ami-debian", { wanted: false, built: [] });
  expect(text).toMatch(
    /export AWS_ENDPOINT_URL=http:\/\/127\.0\.0\.1:4760 AWS_REGION=eu-west-1 .*\n +export AWS_SHARED_CREDENTIALS_FILE=\/home\/ada\/workbench\/\.workbench\/local-aws\/credentials /,
  );
});

test("the table leaves out a value that is too wide", () => {
  const line = report("ami-debian", { wanted: false, built: [] })
    .split("\n")
    .find((text) => text.includes("ssh -i key"));
  expect(line).toBeUndefined();
});

test("the report names the stacks that were left out, and why", () => {
  const text = startReport({
    ...start,
    deployed: [],
    leftOut: ["ec2"],
    withoutMachines: ["machines need root, and this is user id 1000"],
    images: { images: [], problems: new Map() },
  });
  expect(text).toContain(
    "Left out: ec2, since machines cannot run here:\n  - machines need root, and this is user id 1000",
  );
});

test("the report names the stack whose image could not be built and which boots no other, and why", () => {
  const problem = "packer is not on the PATH: install it";
  const text = startReport({
    ...start,
    deployed: [],
    images: {
      images: [
        { stack: "ec2", folder: "workbench", wanted: true, built: [] },
        { stack: "ecs", folder: "ecs-host", wanted: true, built: [] },
      ],
      problems: new Map([
        ["workbench", problem],
        ["ecs-host", problem],
      ]),
    },
  });
  expect(text).toContain(`Left out: ecs, whose image could not be built:\n  - ${problem}\n`);
  expect(text).not.toContain("Left out: ec2");
});
