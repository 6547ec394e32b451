import { block, expression, type HclAttribute, type HclBlock, type HclBody, template, variable } from "./hcl/values";
import { writeInline } from "./hcl/write";
import type { BuildStep, Image } from "./image-description";

/** Folder on the machine for the files of the build. It is removed from the image. */
const buildFolder = "/tmp/image";

/** All steps of a build, in order: the steps in the image's description, between those that every build has. */
export function buildSteps({ name, neededMiB, ports = "", steps, programs = {} }: Image): readonly BuildStep[] {
  const { pythonEnvironment = "", mavenRepository = "" } = programs;
  return [
    {
      run: "../shared/provision/check-machine",
      environment: { ARCHITECTURE: variable("architecture"), NEEDED_MIB: neededMiB, PORTS: ports },
    },
    { run: "../shared/provision/make-build-folder", environment: { LOGIN_USER: variable("login_user") } },
    { upload: "../shared/files" },
    {
      run: "../shared/provision/install-ssm-agent",
      environment: {
        SSM_AGENT: variable("ssm_agent"),
        SSM_AGENT_FINGERPRINT: variable("ssm_agent_fingerprint"),
        REGION: variable("region"),
      },
    },
    ...steps,
    {
      run: "../shared/provision/list-packages",
      environment: { IMAGE: name, PYTHON_ENVIRONMENT: pythonEnvironment, MAVEN_REPOSITORY: mavenRepository },
    },
    { download: "packages.cdx.json", to: "packages.cdx.json" },
    { run: "../shared/provision/clean-machine" },
    { run: "../shared/provision/check-clean" },
  ];
}

/** The provisioner for one step of a build. */
export function provisioner(step: BuildStep): HclBlock {
  if ("run" in step) return runBlock(step);
  if ("upload" in step) {
    return file([
      ["source", template(`\${path.root}/${step.upload}/`)],
      ["destination", `${buildFolder}/`],
    ]);
  }
  if ("render" in step) {
    const content = expression(`templatefile("${step.render}", ${writeInline(step.values)})`);
    return file([
      ["content", content],
      ["destination", `${buildFolder}/${step.to}`],
    ]);
  }
  return file([
    ["direction", "download"],
    ["source", `${buildFolder}/${step.download}`],
    ["destination", template(`\${local.output}/${step.to}`)],
  ]);
}

function file(body: readonly HclAttribute[]): HclBlock {
  return block("provisioner", ["file"], body);
}

function runBlock({ run, as = "root", environment = {} }: Extract<BuildStep, { run: string }>): HclBlock {
  const command = as === "root" ? "sudo env {{ .Vars }} {{ .Path }}" : "env {{ .Vars }} {{ .Path }}";
  const body: HclBody = [
    ["script", template(`\${path.root}/${run}`)],
    ["execute_command", `chmod +x {{ .Path }} && ${command}`],
    ...(Object.keys(environment).length > 0 ? [["env", environment] as const] : []),
  ];
  return block("provisioner", ["shell"], body);
}
