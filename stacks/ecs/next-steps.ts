import type { DeployedStack, NextStep } from "../define-stack";

/** How to reach Fauxton, and the password for it. */
export function ecsSteps({ outputs }: DeployedStack): readonly NextStep[] {
  return [
    {
      label: "CouchDB's Fauxton:",
      lines: [
        `npm run local -- ${outputs["fauxton"]}`,
        `then open http://127.0.0.1:5984/_utils; the name is ${outputs["couchdb_admin"]}, and the password comes from`,
        `npm run local -- ${outputs["couchdb_password"]}`,
      ],
    },
  ];
}
