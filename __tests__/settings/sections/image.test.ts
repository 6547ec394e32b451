import { describe, expect, it } from "vitest";
import { loadSections, loadSettings } from "../../../stacks/settings";

const valid = { WORKBENCH_SSH_ALLOW_FROM: "[203.0.113.7/32]" };

describe("fails", () => {
  it.each<[string, NodeJS.ProcessEnv, string]>([
    [
      "when the machine's disk is smaller than the image needs",
      {
        WORKBENCH_EC2_IMAGE_SOURCE: "workbench",
        WORKBENCH_EC2_ROOT_VOLUME_SIZE_GIB: "8",
        WORKBENCH_IMAGE_VOLUME_SIZE_GIB: "10",
      },
      "WORKBENCH_EC2_ROOT_VOLUME_SIZE_GIB: ec2.rootVolumeSizeGiB: " +
        "expected at least image.volumeSizeGiB, which is 10, got 8",
    ],
    [
      "when both services use one port",
      { WORKBENCH_SERVICES_JUPYTER_PORT: "20000" },
      "WORKBENCH_SERVICES_JUPYTER_PORT: services.jupyterPort: expected a port other than services.nreplPort, got 20000",
    ],
    [
      "when a service uses SSH's port",
      { WORKBENCH_SSH_PORT: "20000" },
      "settings/default.yaml: services.nreplPort: expected a port other than ssh.port, got 20000",
    ],
    [
      "when a service uses a port that only root may open",
      { WORKBENCH_SERVICES_NREPL_PORT: "80" },
      "WORKBENCH_SERVICES_NREPL_PORT: services.nreplPort: expected a whole number from 1024 to 65535, got 80",
    ],
    [
      "when the image's disk is smaller than that of Debian's image",
      { WORKBENCH_IMAGE_VOLUME_SIZE_GIB: "7" },
      "WORKBENCH_IMAGE_VOLUME_SIZE_GIB: image.volumeSizeGiB: expected a whole number from 8 to 16384 GiB, got 7",
    ],
    [
      "for a library that is not a Maven coordinate",
      { WORKBENCH_IMAGE_LIBRARIES: "{timbre: 1.0.0}" },
      'image.libraries.timbre: expected a name that is a Maven coordinate, such as org.clojure/data.json, got "1.0.0"',
    ],
    [
      "for a repository that is not a URL",
      { WORKBENCH_IMAGE_MAVEN_REPOSITORIES: "{mirror: maven.example}" },
      'WORKBENCH_IMAGE_MAVEN_REPOSITORIES: image.mavenRepositories.mirror: expected a URL, got "maven.example"',
    ],
  ])("%s", (_, environment, sentence) => {
    expect(() => loadSettings({ environment: { ...valid, ...environment } })).toThrow(sentence);
  });
});

describe("loadSections", () => {
  it("needs no other sections", () => {
    expect(loadSections(["project", "image"], { environment: {} })).toMatchObject({
      project: "workbench",
      image: { volumeSizeGiB: 8 },
    });
  });

  it("fails when two requested sections do not agree", () => {
    const environment = { ...valid, WORKBENCH_SERVICES_JUPYTER_PORT: "2222", WORKBENCH_SSH_PORT: "2222" };
    expect(() => loadSections(["services", "ssh"], { environment })).toThrow(
      "WORKBENCH_SERVICES_JUPYTER_PORT: services.jupyterPort: expected a port other than ssh.port, got 2222",
    );
  });

  it("fails for a problem in a requested section", () => {
    const environment = { WORKBENCH_IMAGE_VOLUME_SIZE_GIB: "many" };
    expect(() => loadSections(["image"], { environment })).toThrow(
      'image.volumeSizeGiB: expected a whole number from 8 to 16384 GiB, got "many"',
    );
  });

  it("fails for a setting that no section has", () => {
    expect(() => loadSections(["image"], { environment: { WORKBENCH_IMAGE_COLOUR: "red" } })).toThrow(
      "WORKBENCH_IMAGE_COLOUR: no such setting",
    );
  });
});
