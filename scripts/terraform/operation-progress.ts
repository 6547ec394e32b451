import type { Changes, OutputEvent, TerraformEvent } from "./events";

/** Actions that the summary of a plan counts; reading a data source is none. */
const COUNTED = new Set(["create", "update", "delete"]);

/**
 * Follows one operation (a plan or an apply) by its events, and says in a few words where it is.
 */
export class OperationProgress {
  /** Of a plan: what it would do. Of an apply: what it did. */
  changes: Changes | undefined;
  outputs: Readonly<Record<string, OutputEvent>> = {};
  private done = 0;
  private refreshed = 0;
  /** Resources being worked on, the newest last. */
  private readonly active = new Set<string>();

  /** @param planned what the plan that is being applied would do; absent while planning */
  constructor(private readonly planned?: Changes) {}

  /** Takes in the next event. */
  follow(event: TerraformEvent): void {
    switch (event.type) {
      case "refresh_start":
        this.refreshed += 1;
        break;
      case "apply_start":
        if (COUNTED.has(event.hook.action ?? "")) this.active.add(event.hook.resource.addr);
        break;
      case "apply_complete":
      case "apply_errored":
        this.active.delete(event.hook.resource.addr);
        if (event.type === "apply_complete" && COUNTED.has(event.hook.action ?? "")) this.done += 1;
        break;
      case "change_summary":
        this.changes = event.changes;
        break;
      case "outputs":
        this.outputs = event.outputs;
        break;
    }
  }

  /** Where it is, such as `applying 2 of 7: aws_ebs_volume.data (12 s)`. @param seconds since the operation began */
  describe(seconds: number): string {
    if (this.planned === undefined) {
      return `planning${this.refreshed > 0 ? `, ${this.refreshed} looked at` : ""} (${seconds} s)`;
    }
    const newest = [...this.active].at(-1);
    return `applying ${this.done} of ${total(this.planned)}${newest ? `: ${newest}` : ""} (${seconds} s)`;
  }
}

/** How many steps a plan has, imports aside: Terraform reports no step for one. */
export function total({ add, change, remove }: Changes): number {
  return add + change + remove;
}

/** Would it change nothing, neither on AWS nor in the state? */
export function isEmpty(changes: Changes): boolean {
  return total(changes) === 0 && (changes.import ?? 0) === 0;
}

/** `4 to add, 1 to change, 0 to destroy` or, of an apply, `4 added, 1 changed, 0 destroyed`. */
export function describeChanges({ add, change, remove }: Changes, tense: "planned" | "done"): string {
  return tense === "planned"
    ? `${add} to add, ${change} to change, ${remove} to destroy`
    : `${add} added, ${change} changed, ${remove} destroyed`;
}
