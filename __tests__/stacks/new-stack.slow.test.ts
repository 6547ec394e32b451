import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { checkout, synthesizeIn } from "../checkout";

/** A stack that no other code knows: one folder, and one line in stacks/index.ts. */
const files = {
  "settings.ts": `import { kmsKeyArn } from "../../settings/fields/aws-names";
import { section, text, wholeNumber } from "../../settings/fields/fields";
import type { StackSettings } from "../define-stack";

export const zoetropeSection = section({
  frames: wholeNumber(2, 24).default(12).describe("How many pictures the drum has."),
  lampArn: kmsKeyArn().nullable().default(null).describe("What lights the drum."),
  subject: text(/^[a-z]+$/, "a word").nullable().default(null).describe("What the pictures show."),
});

export type ZoetropeSettings = StackSettings<"zoetrope", typeof zoetropeSection>;
`,
  "definition.ts": `import { defineStack } from "../define-stack";
import { zoetropeSection } from "./settings";

export const zoetrope = defineStack({
  name: "zoetrope",
  section: zoetropeSection,
  after: ["ebs"],
  ownTags: ["Drum"],
  rules: ({ zoetrope }, report) => {
    const { lampArn, frames } = zoetrope ?? {};
    if (lampArn && frames === 2) report(["zoetrope", "frames"], frames, "more than 2 with a lamp");
  },
  keeps: () => ({
    what: "the drum",
    setting: "zoetrope.frames",
    retire: ["npx cdktf destroy zoetrope"],
    consequence: "The pictures are kept.",
  }),
  missing: ({ zoetrope }) =>
    zoetrope.subject === null ? ["zoetrope.subject: expected what the pictures show, got null; set it."] : [],
  nextSteps: ({ outputs }) => [{ label: "Turn the drum:", lines: [String(outputs["speed"])] }],
  load: async () => (await import("./stack")).ZoetropeStack,
});
`,
  "stack.ts": `import { TerraformOutput } from "cdktf";
import type { Construct } from "constructs";
import type { StackProps } from "../define-stack";
import { WorkbenchStack } from "../workbench-stack";
import type { ZoetropeSettings } from "./settings";

export class ZoetropeStack extends WorkbenchStack<ZoetropeSettings> {
  constructor(scope: Construct, props: StackProps<ZoetropeSettings>) {
    super(scope, props);
    new TerraformOutput(this, "speed", { value: \`\${this.settings.zoetrope.frames} a second\` });
  }
}
`,
  "README.md": "# Stack `zoetrope`\n",
};

let directory: string;
let before: Record<string, string>;
beforeAll(() => {
  directory = checkout();
  before = synthesizeIn(directory);
  const folder = join(directory, "stacks", "zoetrope");
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const list = join(directory, "stacks", "index.ts");
  writeFileSync(list, `${readFileSync(list, "utf8")}export { zoetrope } from "./zoetrope/definition";\n`);
});

function run(file: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  return spawnSync(file, args, {
    cwd: directory,
    encoding: "utf8",
    env: { PATH: process.env["PATH"], HOME: directory, WORKBENCH_ENV: "local", ...environment },
  });
}

/** Runs a script in the checkout's scripts/, so that it can import the ES modules there. Returns its output. */
function printed(script: string): string {
  writeFileSync(join(directory, "scripts", "printed.ts"), script);
  const { stdout, stderr } = run(process.execPath, ["--import", "tsx", "scripts/printed.ts"]);
  rmSync(join(directory, "scripts", "printed.ts"));
  return stdout + stderr;
}

describe("a stack of one folder and one line", () => {
  it("is well typed, and imports only what a stack may", () => {
    expect(run(join(directory, "node_modules/.bin/tsc"), ["--noEmit", "-p", "."]).stdout).toBe("");
    const lint = run(join(directory, "node_modules/.bin/biome"), ["lint", "--vcs-enabled=false", "stacks"]);
    expect(lint.stderr).not.toContain("━━");
  });

  it("has settings that an editor completes, and a row for each in the settings table", () => {
    run(process.execPath, ["scripts/setup/bootstrap.cjs", "scripts/npm/generate-settings.ts"]);
    const schema = JSON.parse(readFileSync(join(directory, "settings/schema.json"), "utf8"));
    expect(schema.properties.zoetrope.properties.frames).toMatchObject({
      default: 12,
      description: "How many pictures the drum has.",
    });
    expect(readFileSync(join(directory, "docs/settings.md"), "utf8")).toContain(
      "| `zoetrope.frames` | `12` | How many pictures the drum has. | `WORKBENCH_ZOETROPE_FRAMES` |",
    );
    expect(readFileSync(join(directory, "settings/default.yaml"), "utf8")).toContain("zoetrope:\n");
  });

  it("has a link to its page on the settings page", () => {
    expect(readFileSync(join(directory, "docs/settings.md"), "utf8")).toContain(
      "[`zoetrope`](../stacks/zoetrope/README.md)",
    );
  });

  it("is written even while one of its settings is missing, and changes no byte of another stack", () => {
    const after = synthesizeIn(directory);
    const place = JSON.parse(after["/stacks/zoetrope/cdk.tf.json"] ?? "").resource.terraform_data.place;
    expect(place.lifecycle.precondition).toEqual([
      { condition: '${terraform.workspace == "default"}', error_message: expect.stringMatching(/^workspace: /) },
      { condition: '${path.module == ""}', error_message: expect.stringMatching(/^zoetrope\.subject: expected what/) },
    ]);
    const others = Object.entries(after).filter(([path]) => !path.includes("zoetrope") && path !== "/manifest.json");
    expect(Object.fromEntries(others)).toEqual(
      Object.fromEntries(Object.entries(before).filter(([path]) => path !== "/manifest.json")),
    );
  });

  it("has rules for its settings: those of its fields, and its own", () => {
    const lamp = "WORKBENCH_ZOETROPE_LAMP_ARN";
    const problems = (values: NodeJS.ProcessEnv) =>
      run(process.execPath, ["--import", "tsx", "main.ts"], { WORKBENCH_ZOETROPE_FRAMES: "2", ...values }).stderr;
    expect(problems({ [lamp]: "arn:aws:kms:eu-west-2:123456789012:key/1" })).toContain(
      "expected a KMS key in aws.region",
    );
    expect(problems({ [lamp]: "arn:aws:kms:eu-west-1:123456789012:key/1" })).toContain(
      "expected more than 2 with a lamp",
    );
    expect(problems({ WORKBENCH_TAGS: "{ Drum: mine }" })).toContain("Drum");
    expect(problems({})).toBe("");
  });

  it("makes a command that names it fail early, and no other command", () => {
    const cdktf = join(directory, "node_modules/.bin/cdktf");
    const offline = { CHECKPOINT_DISABLE: "1", DISABLE_VERSION_CHECK: "1" };
    expect(run(cdktf, ["diff", "zoetrope"], offline).stderr).toContain(
      "zoetrope.subject: expected what the pictures show, got null; set it.",
    );
    expect(run(cdktf, ["destroy", "zoetrope", "--auto-approve"], offline).stderr).toContain(
      "destroy: zoetrope.frames protects the drum",
    );
    expect(run(cdktf, ["synth"], offline).status).toBe(0);
  });

  it("has its place in npm start, which prints its hints", () => {
    const said = printed(`
      import { program } from "./support/program";
      import { inWaves } from "./npm/start/waves";
      import { startReport } from "./npm/start/report";
      const { definitions } = program("stacks/definitions");
      console.log(JSON.stringify(inWaves(definitions, { withMachines: false, waitForImages: false })));
      console.log(startReport({
        deployed: [{ name: "zoetrope", changes: { add: 1, change: 0, remove: 0 }, outputs: { speed: "12 a second" } }],
        leftOut: [], withoutMachines: [], images: { images: [], problems: new Map() }, endpoint: "", region: "", credentialsFile: "",
      }));
    `);
    expect(said).toContain('[["ebs","ecs-data","state"],["zoetrope"]]');
    expect(said).toContain("Turn the drum:              12 a second");
  });

  it("fails with one sentence, in the program and in an npm command, while its definition is wrong", () => {
    const file = join(directory, "stacks", "zoetrope", "definition.ts");
    writeFileSync(file, files["definition.ts"].replace('after: ["ebs"]', 'after: ["ebss"]'));
    const sentence =
      'stacks/zoetrope/definition.ts: after: expected names of stacks (ebs, ec2, ecs, ecs-data, state, zoetrope), got "ebss"; ' +
      "correct it, or add that stack to stacks/index.ts\n";
    expect(run(process.execPath, ["--import", "tsx", "main.ts"]).stderr).toBe(sentence);
    const command = run(process.execPath, ["scripts/setup/bootstrap.cjs", "scripts/npm/generate-settings.ts"]);
    writeFileSync(file, files["definition.ts"]);
    expect(command).toMatchObject({ status: 1, stderr: `error: ${sentence}` });
  });
});
