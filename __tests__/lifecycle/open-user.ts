import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { execa } from "execa";
import { isPortTaken } from "../../scripts/local-aws/port-holder";
import { findProgram } from "../../scripts/setup/tools";
import { projectRoot } from "../../scripts/support/project";
import { localVariables } from "./session";
import { LIMIT_MS, until } from "./until";
import { type Ended, Workbench } from "./workbench";

/** `npm run open` while it runs. */
export interface Opened {
  /** Waits until it has said this, and returns everything that it has said. */
  readonly says: (words: string) => Promise<string>;
  /** Sends a signal to its process group, as a terminal does. */
  readonly signal: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<Ended>;
}

/** Somebody who uses `npm run open`, with files of known hosts and a browser of their own. */
export class OpenUser {
  private constructor(
    readonly workbench: Workbench,
    /** The folder in which the commands are run. */
    readonly folder: string,
  ) {}

  static async start(): Promise<OpenUser> {
    const workbench = await Workbench.start();
    const folder = path.join(path.dirname(workbench.session.localAws.home), "work");
    const user = new OpenUser(workbench, folder);
    mkdirSync(path.join(folder, "bin"), { recursive: true });
    // ssh takes the home folder from the system's list of users, not from HOME.
    const ssh = `exec ${findProgram("ssh")} -o UserKnownHostsFile='${user.knownHosts}' "$@"`;
    writeFileSync(path.join(folder, "bin", "ssh"), `#!/bin/sh\n${ssh}\n`, { mode: 0o755 });
    writeFileSync(user.browser, `#!/bin/sh\necho "$1" >>'${folder}/browsed'\n`, { mode: 0o755 });
    const { jupyter, nrepl } = workbench.tunnelPorts;
    workbench.settings = { SERVICES_JUPYTER_PORT: `${jupyter}`, SERVICES_NREPL_PORT: `${nrepl}` };
    return user;
  }

  get knownHosts(): string {
    return path.join(this.folder, "known-hosts");
  }

  private get browser(): string {
    return path.join(this.folder, "bin", "browser");
  }

  /** The address that a browser is told to open. */
  browsed(): Promise<string> {
    return until("a browser to be opened", async () => {
      try {
        return readFileSync(path.join(this.folder, "browsed"), "utf8").trim();
      } catch {
        return undefined;
      }
    });
  }

  /** Begins `npm run open -- <arguments>`. */
  begin(args: readonly string[], values: Readonly<Record<string, string>> = {}): Opened {
    rmSync(path.join(this.folder, "browsed"), { force: true });
    return opened(this.workbench.beginScript("open", args, { ...this.variables, ...values }));
  }

  /** `npm run open -- <arguments>`, when it ends by itself. */
  open(args: readonly string[] = [], values: Readonly<Record<string, string>> = {}): Promise<Ended> {
    return this.begin(args, values).ended;
  }

  /** Begins `npm run local -- open <arguments>`. */
  beginLocal(...args: readonly string[]): Opened {
    const command = ["scripts/setup/bootstrap.cjs", "scripts/npm/local.ts", "open", ...args];
    const env = { ...localVariables(this.workbench.session.localAws), ...this.variables, NO_COLOR: "1" };
    const options = { cwd: projectRoot, env, timeout: LIMIT_MS, stdin: "ignore", detached: true, all: true } as const;
    return opened(execa(process.execPath, command, { ...options, reject: false }));
  }

  /** Waits until nothing of a tunnel is left: no port, and no ssh. */
  async nothingIsLeft(instanceId: string, port: number): Promise<void> {
    await until("a free port", async () => !(await isPortTaken(port)));
    await until("the end of ssh", async () => {
      const { exitCode } = await execa("pgrep", ["--full", `HostKeyAlias=${instanceId}`], { reject: false });
      return exitCode === 1;
    });
  }

  end(): Promise<void> {
    return this.workbench.end();
  }

  private get variables(): NodeJS.ProcessEnv {
    const search = [path.join(this.folder, "bin"), this.workbench.session.environment["PATH"]].join(":");
    return { PATH: search, BROWSER: this.browser, CI: "", DISPLAY: "", INIT_CWD: this.folder };
  }
}

function opened(running: ReturnType<Workbench["beginScript"]>): Opened {
  let said = "";
  running.all?.setEncoding("utf8").on("data", (text: string) => {
    said += stripVTControlCharacters(text);
  });
  const ended = Promise.resolve(running).then(({ exitCode }) => ({ exitCode: exitCode ?? -1, output: said }));
  let isOver = false;
  ended.finally(() => {
    isOver = true;
  });
  return {
    ended,
    signal: (signal) => process.kill(-(running.pid ?? Number.NaN), signal),
    says: (words) =>
      until(
        `"${words}"`,
        async () => {
          if (said.includes(words)) return said;
          if (isOver) throw new Error(`expected "${words}", got:\n${said}`);
          return undefined;
        },
        () => said,
      ),
  };
}
