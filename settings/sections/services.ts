import { section, unprivilegedPort } from "../fields/fields";
import { rule } from "../fields/rules";

/** Ports of the services on our own image. They listen on the machine's loopback address; SSH forwards them. */
export const servicesSection = section({
  nreplPort: unprivilegedPort().default(20000).describe("Port of the Clojure REPL on the machine's loopback address."),
  jupyterPort: unprivilegedPort().default(20001).describe("Port of JupyterLab on the machine's loopback address."),
})
  .check(
    rule(({ nreplPort, jupyterPort }, context) => {
      if (jupyterPort !== undefined && nreplPort === jupyterPort) {
        const message = "a port other than services.nreplPort";
        context.addIssue({ code: "custom", path: ["jupyterPort"], input: jupyterPort, message });
      }
    }),
  )
  .describe(
    "Ports of the services on our own image. They listen on the machine's loopback address; SSH forwards them.",
  );
