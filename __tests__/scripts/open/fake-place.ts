import type { Machine } from "../../../scripts/open/machines";
import type { OpenPlace } from "../../../scripts/open/place";
import type { Report } from "../../../scripts/open/report";
import type { RunningMachine } from "../../../scripts/open/running-machine";
import { openTarget } from "../../../scripts/open/target";
import { settingsWith } from "../../stacks/synthesize";

/** A machine that has run for days. */
export const running: RunningMachine = {
  id: "i-1",
  state: "running",
  address: "203.0.113.7",
  isPublic: true,
  groupIds: ["sg-1"],
  startedAt: new Date(0),
};

/** A report of a machine on which everything is well. */
export const well: Report = {
  loadState: "loaded",
  activeState: "active",
  system: "running",
  volume: "active",
  url: "http://127.0.0.1:20001/lab?token=abc",
  said: "",
  volumeSaid: "",
};

/** What happens in a {@link fakePlace}. */
export interface World {
  /** The machines, in the order in which they are looked at. The last answer is given again and again. */
  readonly machines?: readonly (readonly Machine[])[];
  /** Who may connect. @default nobody */
  readonly allowed?: readonly string[];
  /** How logging in ends, in turn. The last one again and again. */
  readonly logins?: readonly Awaited<ReturnType<OpenPlace["connect"]>>[];
  /** Settings, by variable without prefix. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A place in which the clock goes on only while somebody waits. */
export function fakePlace({ machines = [[running]], allowed = [], logins = [], settings = {} }: World = {}) {
  /** What was done, in order. */
  const done: string[] = [];
  const next = <Answer>(answers: readonly Answer[]): (() => Answer) => {
    let index = 0;
    return () => answers[Math.min(index++, answers.length - 1)] as Answer;
  };
  const look = next(machines);
  const login = next(logins);
  const all = async () => look();
  let now = 1_000_000_000;
  const place: OpenPlace = {
    target: openTarget(settingsWith(settings)),
    machines: {
      all,
      get: async (id) => (await all()).find((machine) => machine.id === id),
      start: async (id) => {
        done.push(`start ${id}`);
      },
      allowedAt: async () => allowed,
    },
    connect: async () => {
      done.push("log in");
      return login();
    },
    now: () => now,
    pause: async () => {
      done.push("wait");
      now += 1000;
    },
  };
  return { place, done };
}
