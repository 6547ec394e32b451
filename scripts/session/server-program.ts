import type { ServerProgram } from "../local-aws/control";
import type { LocalAws } from "../local-aws/find-local-aws";
import { venvPython } from "../setup/python-env";
import { localEnvironment } from "./environment";

/** What the project keeps in the folder of a local AWS: SSH keys, and folders of cdktf, Packer and Terraform. */
const beside = ["cdktf.out", "packer", "ssh", "state"];

/** Runs a local AWS with the project's own Python environment, and without any variable that leads to an account. */
export function serverProgram(localAws: LocalAws): ServerProgram {
  return { python: venvPython, environment: localEnvironment(localAws, { source: process.env }), beside };
}
