import type { ServerProgram } from "../local-aws/control";
import type { LocalAws } from "../local-aws/find-local-aws";
import { venvPython } from "../setup/python-env";
import { localEnvironment } from "./environment";

/** How this project runs a local AWS: with the Python of its own environment, and nothing that leads to an account. */
export function serverProgram(localAws: LocalAws): ServerProgram {
  return { python: venvPython, environment: localEnvironment(localAws, { source: process.env }) };
}
