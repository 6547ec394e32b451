import { builtWithTags } from "../../stacks/names/images";
import type { ImageSettings } from "../images";
import { expression, template, variable } from "../template/hcl/values";
import type { ImageDescription, ImageVariable } from "../template/image-description";

/** Version of tools.deps.cli, which `clojure` and `add-libs` run on. maven.sha256 pins it and its dependencies. */
const toolsDepsCli = "0.31.162";

/** Version of OpenJDK. Debian 13 must have it; BeakerX's kernel is tested on this one. */
const javaVersion = "21";

/** Disk space for everything that is installed, and for temporary files of apt and pip, in MiB. Measured: 2.0 GiB. */
const neededMiB = 3500;

/** Variables of a build. Ports and mount point come from the same settings as the stacks'. */
function variables({ services, machines, image }: ImageSettings): readonly ImageVariable[] {
  const { mountPoint } = machines;
  if (mountPoint === undefined) throw new Error("image workbench: expected machines with a mount point, got none");
  return [
    {
      name: "mount_point",
      type: "string",
      description: "Mount point of the data volume.",
      default: mountPoint,
    },
    {
      name: "nrepl_port",
      type: "number",
      description: "Port of the Clojure REPL on 127.0.0.1.",
      default: services.nreplPort,
      validation: portValidation("nrepl_port", "services.nreplPort"),
    },
    {
      name: "jupyter_port",
      type: "number",
      description: "Port of JupyterLab on 127.0.0.1.",
      default: services.jupyterPort,
      validation: portValidation("jupyter_port", "services.jupyterPort"),
    },
    {
      name: "libraries",
      type: "map(string)",
      description: "Clojure libraries of the home project: Maven coordinate to version.",
      default: withoutNulls(image.libraries),
    },
    {
      name: "maven_repositories",
      type: "map(string)",
      description: "Maven repositories in addition to Maven Central and Clojars, or in their place: name to URL.",
      default: { ...image.mavenRepositories },
    },
    {
      name: "accept_libraries",
      type: "bool",
      description: "Accept libraries that files/maven.sha256 does not list, to renew that list.",
      default: false,
    },
  ];
}

/**
 * The services run as the login user, who may not open a port below 1024. check-machine checks that the ports differ.
 */
function portValidation(name: string, setting: string): ImageVariable["validation"] {
  return {
    condition: `var.${name} >= 1024 && var.${name} <= 65535`,
    errorMessage:
      `The variable ${name}: expected a port from 1024 to 65535; ` +
      `correct ${setting} in the settings, or -var ${name}.`,
  };
}

function withoutNulls(record: Readonly<Record<string, string | null>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(record).filter((entry): entry is [string, string] => entry[1] !== null));
}

const clojure = expression('var.libraries["org.clojure/clojure"]');
const loginUser = variable("login_user");
const ports = { NREPL_PORT: variable("nrepl_port"), JUPYTER_PORT: variable("jupyter_port") };
const place = { LOGIN_USER: loginUser, MOUNT_POINT: variable("mount_point"), ...ports };

/** The development machine's image: a Clojure REPL, and JupyterLab with a Clojure and a Python kernel. */
export function describeImage(settings: ImageSettings): ImageDescription {
  const project = { libraries: variable("libraries"), nrepl_port: variable("nrepl_port") };
  const repositories = variable("maven_repositories");
  return {
    summary: "Clojure REPL and JupyterLab (Clojure and Python kernels) for a data volume, on Debian 13",
    variables: variables(settings),
    neededMiB,
    ports: template("${var.nrepl_port} ${var.jupyter_port}"),
    programs: {
      pythonEnvironment: "/usr/local/lib/workbench/jupyter",
      mavenRepository: template("/home/${var.login_user}/.m2/repository"),
    },
    versions: {
      Clojure: clojure,
      Java: javaVersion,
      JupyterLab: expression('regex("jupyterlab==([0-9.]+)", file("files/jupyter/requirements.txt"))[0]'),
      [builtWithTags.mountPoint]: variable("mount_point"),
      [builtWithTags.nreplPort]: variable("nrepl_port"),
      [builtWithTags.jupyterPort]: variable("jupyter_port"),
    },
    steps: [
      { upload: "files" },
      { render: "templates/deps.edn.pkrtpl", to: "home/deps.edn", values: project },
      { render: "templates/project.clj.pkrtpl", to: "home/project.clj", values: project },
      {
        render: "templates/clojure-user.edn.pkrtpl",
        to: "home/clojure-user.edn",
        values: { tools_deps_cli: toolsDepsCli, repositories },
      },
      { render: "templates/lein-profiles.clj.pkrtpl", to: "home/lein-profiles.clj", values: { repositories } },
      { run: "provision/install-packages", environment: { JAVA_VERSION: javaVersion } },
      { run: "provision/install-clojure", environment: { LOGIN_USER: loginUser } },
      {
        run: "provision/fetch-libraries",
        as: "loginUser",
        environment: { TOOLS_DEPS_CLI: toolsDepsCli, CLOJURE: clojure, ACCEPT_LIBRARIES: variable("accept_libraries") },
      },
      { run: "provision/install-jupyter", environment: { JUPYTER_PORT: variable("jupyter_port") } },
      { run: "provision/install-clojure-kernel", environment: { LOGIN_USER: loginUser } },
      { run: "provision/install-services", environment: place },
      { download: "maven.sha256.found", to: "maven.sha256" },
      {
        run: "provision/validate",
        environment: { ...place, JAVA_VERSION: javaVersion, CLOJURE: clojure },
      },
    ],
  };
}
