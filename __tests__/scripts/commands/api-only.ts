import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa, type Options } from "execa";
import { cleanLocalAws, stopLocalAws } from "../../../scripts/local-aws/control";
import { projectRoot } from "../../../scripts/support/project";

/** A folder with a local AWS of a test's own, without machines, that commands are run against as a person would. */
export class ApiOnly {
  private constructor(
    readonly folder: string,
    private readonly port: number,
  ) {}

  static async make(): Promise<ApiOnly> {
    return new ApiOnly(mkdtempSync(path.join(tmpdir(), "commands-")), await freePort());
  }

  get home(): string {
    return path.join(this.folder, "home");
  }

  /** Variables that make a command use this local AWS. */
  get variables(): Record<string, string> {
    return { LOCAL_AWS_HOME: this.home, LOCAL_AWS_PORT: String(this.port), LOCAL_AWS_MACHINES: "false" };
  }

  /** Starts `scripts/commands/<command>.ts` as its npm script does. */
  run(command: string, args: readonly string[], environment: NodeJS.ProcessEnv = process.env, options: Options = {}) {
    return execa(process.execPath, ["scripts/setup/bootstrap.cjs", `scripts/commands/${command}.ts`, ...args], {
      cwd: projectRoot,
      env: { ...environment, INIT_CWD: this.folder, ...this.variables },
      extendEnv: false,
      reject: false,
      all: true,
      stdin: "ignore",
      timeout: 150_000,
      ...options,
    });
  }

  async remove(): Promise<void> {
    const localAws = { home: this.home, port: this.port, network: "" };
    await stopLocalAws(localAws);
    await cleanLocalAws(localAws);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("expected a port");
  return address.port;
}
