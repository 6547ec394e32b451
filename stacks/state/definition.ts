import { defineStack } from "../define-stack";

/** The bucket that keeps the state of every other stack. Its settings are the common section `state`. */
export const state = defineStack({
  name: "state",
  keeps: ({ state }) =>
    state.preventDestroy
      ? {
          what: "the state bucket",
          setting: "state.preventDestroy",
          retire: ["WORKBENCH_STATE_PREVENT_DESTROY=false npx cdktf destroy state"],
          consequence: "S3 refuses this while the bucket holds a state.",
        }
      : undefined,
  load: async () => (await import("./stack")).StateStack,
});
