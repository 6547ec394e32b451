import type { Docker } from "./docker";
import type { ReleasedService } from "./ecs-service";
import type { FollowPlace } from "./follow";
import type { Caller } from "./images";
import type { Tell } from "./notify";
import type { Parameters } from "./parameters";
import type { Registry } from "./registry";
import type { ContainerLogs } from "./said";
import type { ReleaseTarget } from "./target";

/** What a release works with. */
export interface ReleasePlace extends Pick<FollowPlace, "now" | "pause"> {
  readonly target: ReleaseTarget;
  readonly caller: Caller;
  readonly registry: Pick<Registry, "find" | "images" | "login" | "tag">;
  readonly service: ReleasedService;
  readonly parameters: Pick<Parameters, "read" | "write">;
  readonly logs: Pick<ContainerLogs, "tail">;
  /** Only asked for when something is to be built. */
  readonly docker: () => Promise<Pick<Docker, "build" | "push">>;
  readonly tell: Tell;
}

/** How a release talks to people. */
export interface Ui {
  /** Shows a line of progress while `work` runs. */
  readonly step: <Result>(
    title: string,
    work: (report: (line: string) => void, retitle: (title: string) => void) => Promise<Result>,
  ) => Promise<Result>;
  readonly print: (text: string) => void;
  /** @throws CommandError when the answer is no */
  readonly confirm: (question: string) => Promise<void>;
}
