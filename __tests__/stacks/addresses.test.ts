import { describe, expect, it } from "vitest";
import { stackNames, synthesize } from "./synthesize";

/** Construct ids are Terraform addresses: a diff in these snapshots means "this destroys and recreates". */
describe.each(stackNames)("addresses of stack %s", (stack) => {
  it("stay", () => {
    const { resource } = synthesize(stack);
    const addresses = Object.entries(resource).flatMap(([type, named]) =>
      Object.keys(named).map((name) => `${type}.${name}`),
    );
    expect(addresses.sort()).toMatchSnapshot();
  });
});
