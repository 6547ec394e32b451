import type { Connection } from "./connection";
import type { Machines } from "./machines";
import type { OpenTarget } from "./target";

/** What `npm run open` works with. */
export interface OpenPlace {
  readonly target: OpenTarget;
  readonly machines: Pick<Machines, "all" | "get" | "start" | "allowedAt">;
  /**
   * Logs in with these arguments of ssh.
   *
   * @returns the connection, once the machine has answered; or what ssh said when it ended before that
   */
  readonly connect: (args: readonly string[]) => Promise<OpenConnection | { readonly said: string }>;
  readonly now: () => number;
  /**
   * Waits before it looks again.
   *
   * @throws InterruptedError after Ctrl-C
   */
  readonly pause: () => Promise<void>;
}

/** What is needed of a {@link Connection}. */
export type OpenConnection = Pick<Connection, "ask" | "ended" | "close">;

/** Shows what a step is doing. */
export type Show = (progress: string) => void;
