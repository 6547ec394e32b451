import { describe, expect, it } from "vitest";
import { type ContainerPlanProps, containerPlanProblems } from "../../../modules/containers/container-plan";

const mountPoint = { value: "/opt/couchdb", setting: "ecs.mountPoint" };

function planOf(...services: Partial<ContainerPlanProps["services"][number]>[]): ContainerPlanProps {
  return {
    mountPoint,
    ownFolders: ["/opt/couchdb/data"],
    services: services.map((service, index) => ({
      name: `service${index}`,
      setting: `services.${index}`,
      ports: [],
      mounts: [],
      ...service,
    })),
  };
}

const port = (hostPort: number) => ({ ports: [{ containerPort: 80, hostPort, named: "hostPort" as const }] });
const mount = (hostPath: string) => ({ mounts: [{ hostPath, containerPath: "/files" }] });

describe("the services of one host", () => {
  it("fit when each has ports and folders of its own", () => {
    const services = [port(8080), port(8081), mount("/opt/couchdb/reports"), mount("/opt/couchdb/data2")];
    expect(containerPlanProblems(planOf(...services))).toEqual([]);
  });

  it("fails: the later of two services on one port of the host", () => {
    expect(containerPlanProblems(planOf(port(8080), port(8080)))).toEqual([
      {
        setting: "services.1.ports.0.hostPort",
        got: 8080,
        expected: "a port of the host that nothing else has: 8080 is the port of service0",
      },
    ]);
  });

  it("fails: a service on a port of the ECS agent", () => {
    expect(containerPlanProblems(planOf(port(51678)))).toMatchObject([
      { expected: expect.stringContaining("the port of the ECS agent") },
    ]);
  });

  it.each(["/var/lib/docker", "/opt/couchdb", "/opt/couchdb-other/files"])("fails: a mount of %s", (hostPath) => {
    expect(containerPlanProblems(planOf(mount(hostPath)))).toEqual([
      {
        setting: "services.0.mounts.0.hostPath",
        got: hostPath,
        expected: "a folder below /opt/couchdb, where the data volume is mounted (ecs.mountPoint)",
      },
    ]);
  });

  it.each(["/opt/couchdb/data", "/opt/couchdb/data/shards"])("fails: a mount of %s, which is another's", (hostPath) => {
    expect(containerPlanProblems(planOf(mount(hostPath)))).toMatchObject([
      { got: hostPath, expected: "a folder apart from /opt/couchdb/data" },
    ]);
  });

  it("fails: two folders at one place in the container", () => {
    const mounts = ["/opt/couchdb/a", "/opt/couchdb/b"].map((hostPath) => ({ hostPath, containerPath: "/files" }));
    expect(containerPlanProblems(planOf({ mounts }))).toMatchObject([
      { setting: "services.0.mounts.1.containerPath", got: "/files" },
    ]);
  });
});
