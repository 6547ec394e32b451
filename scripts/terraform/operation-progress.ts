import type { Changes, OutputEvent, TerraformEvent } from "./events";

/** Actions that the summary of a plan counts. It does not count reading a data source. */
const COUNTED = new Set(["create", "update", "delete"]);

/**
 * Follows the events of one operation (a plan or an apply), and describes its progress in a few words.
 */
export class OperationProgress {
  /** The changes that a plan would make, or that an apply made. */
  changes: Changes | undefined;
  outputs: Readonly<Record<string, OutputEvent>> = {};
  private done = 0;
  private refreshed = 0;
  /** Resources in progress, the newest last. */
  private readonly active = new Set<string>();

  /** @param planned the changes of the plan that is being applied. Absent while planning */
  constructor(private readonly planned?: Changes) {}

  /** Takes the next event. */
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

  /** The progress, such as `applying 2 of 7: aws_ebs_volume.data (12 s)`. @param seconds since the operation began */
  describe(seconds: number): string {
    if (this.planned === undefined) {
      return `planning${this.refreshed > 0 ? `, ${this.refreshed} refreshed` : ""} (${seconds} s)`;
    }
    const newest = [...this.active].at(-1);
    return `applying ${this.done} of ${total(this.planned)}${newest ? `: ${newest}` : ""} (${seconds} s)`;
  }
}

/** The number of steps of a plan, without imports: Terraform reports no step for an import. */
export function total({ add, change, remove }: Changes): number {
  return add + change + remove;
}

/** Whether a plan changes nothing, neither on AWS nor in the state. */
export function isEmpty(changes: Changes): boolean {
  return total(changes) === 0 && (changes.import ?? 0) === 0;
}

/** `4 to add, 1 to change, 0 to destroy` or, of an apply, `4 added, 1 changed, 0 destroyed`. */
export function describeChanges({ add, change, remove }: Changes, tense: "planned" | "done"): string {
  return tense === "planned"
    ? `${add} to add, ${change} to change, ${remove} to destroy`
    : `${add} added, ${change} changed, ${remove} destroyed`;
}
