/**
 * Counts of the resources that an operation adds, changes and removes. A replaced resource counts as added and removed.
 */
export interface Changes {
  readonly add: number;
  readonly change: number;
  readonly remove: number;
  /** Existing resources that the state takes over. A resource that is also changed counts twice. */
  readonly import?: number;
}

/** A problem that Terraform reports. */
export interface Diagnostic {
  readonly severity: "error" | "warning";
  readonly summary: string;
  readonly detail: string;
  /** The resource that has the problem, if there is one. */
  readonly address?: string;
  /** The place in the configuration, as in `resource.aws_ebs_volume.data`. */
  readonly snippet?: { readonly context?: string | null };
}

/** One output of a stack. In a plan it has an action and no value. */
export interface OutputEvent {
  readonly sensitive: boolean;
  readonly value?: unknown;
  readonly action?: string;
}

/** What a resource is doing, or did. */
export interface Hook {
  readonly resource: { readonly addr: string };
  readonly action?: string;
  readonly provisioner?: string;
  /** A line that a provisioner printed. */
  readonly output?: string;
}

/**
 * The events of `terraform … -json` that Workbench reads
 * (https://developer.hashicorp.com/terraform/internals/machine-readable-ui, read 2026-11-21). All others are "other".
 */
export type TerraformEvent =
  | { readonly type: "refresh_start" | "apply_start" | "apply_complete" | "apply_errored"; readonly hook: Hook }
  | { readonly type: "provision_start" | "provision_progress" | "provision_errored"; readonly hook: Hook }
  | { readonly type: "change_summary"; readonly changes: Changes & { readonly operation: string } }
  | { readonly type: "diagnostic"; readonly diagnostic: Diagnostic }
  | { readonly type: "outputs"; readonly outputs: Readonly<Record<string, OutputEvent>> }
  | { readonly type: "other" };

const WITH_HOOK = new Set([
  "refresh_start",
  "apply_start",
  "apply_complete",
  "apply_errored",
  "provision_start",
  "provision_progress",
  "provision_errored",
]);

/** Reads one line of output. Undefined when the line is no event: Terraform prints some failures as plain text. */
export function parseEvent(line: string): TerraformEvent | undefined {
  let event: Record<string, unknown>;
  try {
    event = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof event !== "object" || event === null) return undefined;
  const type = String(event["type"]);
  const known =
    (WITH_HOOK.has(type) && isObject(event["hook"])) ||
    (type === "change_summary" && isObject(event["changes"])) ||
    (type === "diagnostic" && isObject(event["diagnostic"])) ||
    (type === "outputs" && isObject(event["outputs"]));
  return known ? (event as TerraformEvent) : { type: "other" };
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
