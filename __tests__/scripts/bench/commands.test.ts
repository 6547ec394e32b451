import path from "node:path";
import { expect, test } from "vitest";
import { copiesCommand, synthCommands } from "../../../scripts/bench/commands";
import { projectRoot } from "../../../scripts/support/project";

const caller = { PATH: "/usr/bin", AWS_PROFILE: "mine", TF_LOG: "trace", WORKBENCH_ENV: "production" };
const { floor, app, cdktf, template, templateProgram } = synthCommands("/tmp/bench", caller);

test.each(
  [floor, app, cdktf, template, templateProgram, copiesCommand(10, "/tmp/bench", caller)].map((command) => [
    command.name,
    command,
  ]),
)("none of the caller's account or settings variables reach: %s", (_name, { env }) => {
  expect(env).toMatchObject({
    WORKBENCH_ENV: "local",
    AWS_CONFIG_FILE: path.join(projectRoot, "scripts/local-aws/aws-config"),
  });
  expect(env).not.toHaveProperty("AWS_PROFILE");
  expect(env).not.toHaveProperty("TF_LOG");
});

test("every command has an output folder of its own, below the temporary folder", () => {
  const folders = [floor, app, cdktf, template].map(({ env }) => env["CDKTF_OUTDIR"]);
  expect(new Set(folders).size).toBe(4);
  for (const folder of folders) expect(folder).toMatch(/^\/tmp\/bench\//);
});

test("the bench runs the app as cdktf.json does", () => {
  const { app: configured } = require("../../../cdktf.json");
  expect(["node", ...app.args].join(" ")).toBe(configured);
});

test("the floor loads the provider's modules one by one", () => {
  expect(floor.args).toContain("@cdktf/provider-aws/lib/instance");
  expect(floor.args).not.toContain("@cdktf/provider-aws");
});
