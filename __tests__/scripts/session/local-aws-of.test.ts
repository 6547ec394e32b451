import { describe, expect, test } from "vitest";
import { localAwsOf } from "../../../scripts/session/local-aws-of";

describe("the local AWS of a checkout", () => {
  test("has a folder, a port and a network", () => {
    expect(localAwsOf({})).toMatchObject({ port: 4760, network: "198.18.0.0/20" });
    expect(localAwsOf({}).home).toMatch(/\/\.workbench\/local-aws$/);
  });

  test("can be another one, by variables", () => {
    const environment = { LOCAL_AWS_HOME: "/srv/x", LOCAL_AWS_PORT: "5000", LOCAL_AWS_NETWORK: "198.19.0.0/20" };
    expect(localAwsOf(environment)).toMatchObject({ home: "/srv/x", port: 5000, network: "198.19.0.0/20" });
  });

  test.each(["0", "65536", "http", "47.5"])("fails for port %s", (port) => {
    expect(() => localAwsOf({ LOCAL_AWS_PORT: port })).toThrow(
      `LOCAL_AWS_PORT: expected a port from 1 to 65535, got "${port}"`,
    );
  });

  test("says how to choose another one", () => {
    expect(localAwsOf({}).another).toBe(
      "choose another local AWS with LOCAL_AWS_HOME, LOCAL_AWS_PORT=4761 and LOCAL_AWS_NETWORK=198.19.0.0/20",
    );
  });
});
