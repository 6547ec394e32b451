import type { DeployedStack, NextStep } from "../define-stack";

/** How to log in, and how to reach the services or why there are none. */
export function machineSteps({ outputs, image }: DeployedStack): readonly NextStep[] {
  const logIn = { label: "Log in:", lines: ["npm run local -- ssh"] };
  const { wanted = false, built = [], problem } = image ?? {};
  if (built.some(({ id }) => id === outputs["image_id"])) {
    const forwards = String(outputs["ssh"]).match(/-L \S+/g) ?? [];
    return [
      logIn,
      {
        label: "with REPL and JupyterLab:",
        lines: [
          `npm run local -- ssh ${forwards.join(" ")}`,
          "run jupyter-url there: it prints the address for your browser",
        ],
      },
    ];
  }
  const none = (why: string): NextStep => ({ label: "No REPL or JupyterLab:", lines: [why] });
  if (problem !== undefined) return [logIn, none(`the machine boots Debian's own image; ${problem}`)];
  const [newest] = built;
  if (!wanted || newest === undefined) return [logIn];
  return [
    logIn,
    none(
      `the machine was made before ${newest.name}; ` +
        "npm run local -- npx cdktf destroy ec2, then npm start, makes a new one",
    ),
  ];
}
