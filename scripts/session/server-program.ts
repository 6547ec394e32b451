import type { ServerProgram } from "../local-aws/control";
import type { LocalAws } from "../local-aws/find-local-aws";
import { venvPython } from "../setup/python-env";
import { localEnvironment } from "./environment";

/** Runs a local AWS with the project's own Python environment, and without any variable that leads to an account. */
export function serverProgram(localAws: LocalAws): ServerProgram {
  return {
    python: venvPython,
    missing: "run npm start, which makes it",
    environment: localEnvironment(localAws, { source: process.env }),
    // SSH keys, and folders of cdktf, Packer and Terraform.
    beside: ["cdktf.out", "packer", "ssh", "state"],
  };
}
