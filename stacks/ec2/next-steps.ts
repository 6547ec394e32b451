import type { DeployedStack, NextStep } from "../define-stack";

/** How to open the notebook, and to log in; or why there is no notebook. */
export function machineSteps({ outputs, image }: DeployedStack): readonly NextStep[] {
  const logIn = { label: "Log in:", lines: ["npm run local -- ssh"] };
  const { wanted = false, built = [], problem } = image ?? {};
  if (built.some(({ id }) => id === outputs["image_id"])) {
    return [
      { label: "JupyterLab:", lines: ["npm run local -- open"] },
      { label: "Clojure REPL:", lines: ["npm run local -- open --repl"] },
      logIn,
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
