import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parse } from "@cdktf/hcl2json";
import { describe, expect, it } from "vitest";
import { generatedFiles } from "../../packer/generated-files";
import { images, loadImageSettings, sharedVariables } from "../../packer/images";
import { buildSteps } from "../../packer/template/build-steps";
import type { Image } from "../../packer/template/image-description";
import { packerTemplate } from "../../packer/template/packer-template";
import { builtWithTags, ownImage } from "../../stacks/names/images";
import { secondImageFiles } from "./second-image";

const packerFolder = join(__dirname, "../../packer");
const settings = loadImageSettings({ environment: {} });
const all = images(settings);
const [workbench] = all.filter(({ name }) => name === "workbench");
if (!workbench) throw new Error("there is no image named workbench");

describe("generated templates; if stale, run npm run packer:generate", async () => {
  it.each(await generatedFiles({}))("$file", ({ file, text }) => {
    expect(readFileSync(file, "utf8")).toBe(text);
  });
});

describe.each(all)("the image $name", (image) => {
  it("names files that exist, and scripts that can be executed", () => {
    const folder = join(packerFolder, image.name);
    for (const step of buildSteps(image)) {
      const file = "run" in step ? step.run : "upload" in step ? step.upload : "render" in step ? step.render : ".";
      expect(existsSync(join(folder, file)), file).toBe(true);
      if ("run" in step) expect(statSync(join(folder, file)).mode & 0o111, file).toBe(0o111);
    }
  });

  it("has a summary that EC2 accepts as a description", () => {
    expect(image.summary.length).toBeLessThanOrEqual(255);
  });
});

describe("the template of the workbench", async () => {
  const template = await parse("workbench.pkr.hcl", packerTemplate(workbench));
  const source = template.source["amazon-ebs"].workbench[0];

  it("makes the image that the ec2 stack looks for", () => {
    const filter = ownImage("${var.project}", "workbench", "${var.architecture}");
    const [before] = filter.name.split("*");
    expect(source.ami_name.startsWith(before)).toBe(true);
    for (const [key, value] of Object.entries(filter.tags ?? {})) {
      expect(template.locals[0].tags).toContain(`${key} = "${value}"`);
    }
    expect(source.tags).toBe("${merge(local.tags, local.version_tags)}");
  });

  it("requires session tokens for metadata, during the build and on every machine made from the image", () => {
    expect(source.imds_support).toBe("v2.0");
    expect(source.metadata_options[0]).toMatchObject({ http_tokens: "required", http_put_response_hop_limit: 1 });
  });

  it("has an encrypted gp3 root volume that is deleted with its machine", () => {
    expect(source.launch_block_device_mappings).toEqual([
      {
        device_name: "/dev/xvda",
        volume_type: "gp3",
        volume_size: "${var.volume_size_gib}",
        encrypted: true,
        kms_key_id: "${var.kms_key_arn}",
        delete_on_termination: true,
      },
    ]);
  });

  it("takes the newest of Debian's own images, by the number of Debian's account", () => {
    expect(template.data["amazon-ami"].base[0]).toMatchObject({
      owners: ["136693071363"],
      most_recent: true,
      filters: { name: "debian-13-${var.architecture}-*" },
    });
  });

  it("lets only the given addresses, or this computer's, log in during the build", () => {
    expect(source.temporary_security_group_source_cidrs).toBe("${var.allow_from}");
    expect(source.temporary_security_group_source_public_ip).toBe("${length(var.allow_from) == 0}");
  });

  it("has a deprecation date", () => {
    expect(source.deprecate_at).toBe('${timeadd(local.built_at, "${var.deprecate_after_days * 24}h")}');
  });

  it("tells the machine the ports, the mount point and the user of the settings", () => {
    const defaults = Object.fromEntries(workbench.variables.map((variable) => [variable.name, variable.default]));
    expect(defaults).toMatchObject({
      nrepl_port: settings.services.nreplPort,
      jupyter_port: settings.services.jupyterPort,
      mount_point: "/data",
      project: settings.project,
      login_user: "admin",
    });
  });
});

it("the workbench carries its mount point and ports as tags, which the ec2 stack compares with the settings", async () => {
  const { locals } = await parse("workbench.pkr.hcl", packerTemplate(workbench));
  expect(locals[0].version_tags).toMatchObject({
    [builtWithTags.mountPoint]: "${var.mount_point}",
    [builtWithTags.nreplPort]: "${var.nrepl_port}",
    [builtWithTags.jupyterPort]: "${var.jupyter_port}",
  });
});

describe("an environment of its own", () => {
  it("gets a file with only the values in which its settings differ", async () => {
    const environment = {
      WORKBENCH_ENV: "local",
      WORKBENCH_SERVICES_JUPYTER_PORT: "8888",
      WORKBENCH_IMAGE_LIBRARIES: "{org.clojure/data.csv: null, my/own: '1.0'}",
    };
    const file = (await generatedFiles(environment)).at(-1);
    expect(file?.file).toBe(join(packerFolder, "workbench", "local.pkrvars.hcl"));
    const values = await parse("local.pkrvars.hcl", file?.text ?? "");
    expect(Object.keys(values).sort()).toEqual(["allow_from", "jupyter_port", "libraries"]);
    expect(values.jupyter_port).toBe(8888);
    expect(values.allow_from).toEqual(["198.18.0.0/15"]);
    expect(values.libraries).not.toHaveProperty(["org.clojure/data.csv"]);
    expect(values.libraries).toMatchObject({ "my/own": "1.0", "org.clojure/data.json": "2.5.2" });
  });

  it("fails with every problem of its settings", async () => {
    const environment = {
      WORKBENCH_ENV: "local",
      WORKBENCH_EC2_IMAGE_ARCHITECTURE: "sparc",
      WORKBENCH_SERVICES_JUPYTER_PORT: "20000",
      WORKBENCH_IMAGE_LIBRARIES: "{org.clojure/clojure: null}",
    };
    await expect(generatedFiles(environment)).rejects.toThrow(
      [
        "3 settings are wrong:",
        '  WORKBENCH_EC2_IMAGE_ARCHITECTURE: ec2.image.architecture: expected one of amd64, arm64, got "sparc"',
        "  WORKBENCH_SERVICES_JUPYTER_PORT: services.jupyterPort: " +
          "expected a port other than services.nreplPort, got 20000",
        "  WORKBENCH_IMAGE_LIBRARIES: image.libraries: expected versions by Maven coordinate, " +
          "org.clojure/clojure among them",
      ].join("\n"),
    );
  });
});

describe("values that a build of any image can be given at once", () => {
  const made = (values: Readonly<Record<string, string>>): Image => ({
    ...workbench,
    variables: Object.entries(values).map(([name, value]) => ({
      name,
      type: "string",
      description: "",
      default: value,
    })),
  });
  it.each<[string, Record<string, string>, Record<string, string>, Record<string, string>]>([
    ["all images change it to one value", { a: "x" }, { a: "x" }, { a: "x" }],
    ["one image alone knows it", { a: "x", b: "y" }, {}, { a: "x", b: "y" }],
    ["another image keeps its default", { a: "x" }, { a: "default" }, {}],
    ["they change it to different values", { a: "x" }, { a: "y" }, {}],
    ["none changes it", { a: "default" }, { a: "default" }, {}],
  ])("%s", (_, first, second, expected) => {
    const defaults = [first, second].map((values) =>
      made(Object.fromEntries(Object.keys(values).map((name) => [name, "default"]))),
    );
    expect(sharedVariables([made(first), made(second)], defaults)).toEqual(expected);
  });
});

describe("a second image, made from only a description and its scripts", async () => {
  const [template, values] = await secondImageFiles({ WORKBENCH_ENV: "local" });
  const parsed = await parse("second.pkr.hcl", template?.text ?? "");

  it("gets a template beside its description, and a file with the values of an environment", () => {
    expect([template?.file, values?.file]).toEqual([
      join(__dirname, "images/second/second.pkr.hcl"),
      join(__dirname, "images/second/local.pkrvars.hcl"),
    ]);
  });

  it("runs the steps of its description between those of every build", () => {
    expect(parsed.build[0].sources).toEqual(["source.amazon-ebs.second"]);
    expect(parsed.build[0].provisioner.shell.map(({ script }: { script: string }) => script)).toEqual([
      "${path.root}/../shared/provision/check-machine",
      "${path.root}/../shared/provision/make-build-folder",
      "${path.root}/../shared/provision/install-ssm-agent",
      "${path.root}/provision/install-greeting",
      "${path.root}/../shared/provision/list-packages",
      "${path.root}/../shared/provision/clean-machine",
      "${path.root}/../shared/provision/check-clean",
    ]);
  });

  it("has the variables of every image and its own, with the settings as defaults", () => {
    expect(parsed.variable.project[0].default).toBe(settings.project);
    expect(parsed.variable.greeting[0].default).toBe("hello from /data");
    expect(parsed.locals[0].version_tags).toMatchObject({ Greeting: "${var.greeting}" });
  });

  it("has a name, tags and an output folder of its own", () => {
    const filter = ownImage("${var.project}", "second", "${var.architecture}");
    expect(parsed.source["amazon-ebs"].second[0].ami_name.startsWith(filter.name.replace("*", ""))).toBe(true);
    expect(filter.name).not.toBe(ownImage("${var.project}", "workbench", "${var.architecture}").name);
    expect(parsed.locals[0].tags).toContain('Image = "second"');
    expect(parsed.locals[0].output).toContain("${var.output_directory}/second");
  });
});
