import { type Precondition, ref, Token } from "cdktf";
import type { Construct } from "constructs";
import type { FromSetting } from "../from-setting";
import type { ExistingVolumes } from "./existing-volumes";
import { VolumeBlock, type VolumeBlockProps } from "./volume-block";

/** Properties of several data volumes. */
export interface DataVolumesProps extends VolumeBlockProps {
  /** Value of their tag `Set`; with `-0`, `-1` … behind it, the Name tag of each. */
  readonly name: string;
  /** Tags, including `Set`, that no other volume carries. One that has them and is in no state belongs to these. */
  readonly identifyingTags: Readonly<Record<string, string>>;
  /** Number of volumes. It can grow. A plan with a smaller one fails: a command retires the last volume. */
  readonly count: FromSetting<number>;
  /** That command, to which a message adds `--index` and the number of the volume. */
  readonly retireCommand: string;
  /**
   * Snapshots to restore, the first into volume 0; null: none. A plan fails if a volume was made from another one.
   *
   * @default blank volumes
   */
  readonly snapshotIds?: FromSetting<readonly (string | null)[]>;
}

/**
 * Encrypted EBS volumes for data that outlives every machine. They are one block with `count`, so that
 * `prevent_destroy` still holds when the number shrinks: it would vanish with a block of a volume's own. Each has its
 * number in the tag `Index`.
 */
export class DataVolumes extends VolumeBlock {
  constructor(scope: Construct, id: string, props: DataVolumesProps) {
    const { name, identifyingTags, count } = props;
    const snapshots = (props.snapshotIds?.value ?? [])
      .slice(0, count.value)
      .flatMap((value, index) =>
        value === null ? [] : [{ value, setting: `${props.snapshotIds?.setting}[${index}]`, index }],
      );
    const byIndex = Array.from({ length: count.value }, (_, i) => snapshots.find(({ index }) => index === i)?.value);
    super(scope, id, props, {
      tags: { Name: `${name}-\${count.index}`, Set: name, Index: "${count.index}" },
      identifyingTags,
      count: count.value,
      snapshotId: snapshots.length === 0 ? undefined : `\${${JSON.stringify(byIndex)}[count.index]}`,
      snapshots,
      conditions: (existing) => [keepsAll(existing, props), retiresNone(existing, props)],
    });
  }

  /** Their ids, in order. */
  get ids(): string[] {
    return Token.asList(ref(`${this.block.terraformResourceType}.${this.block.friendlyUniqueId}[*].id`));
  }
}

type Counted = Pick<DataVolumesProps, "count" | "retireCommand">;

/**
 * Condition that there are not more volumes than the setting says. Without protection, Terraform would destroy the
 * others.
 */
function keepsAll({ all }: ExistingVolumes, { count, retireCommand }: Counted): Precondition {
  const last = `max(-1, [for volume in ${all} : tonumber(volume.tags["Index"])]...)`;
  return {
    condition: `\${${last} < ${count.value}}`,
    errorMessage:
      `${count.setting}: expected at least the \${${last} + 1} data volumes that there are, got ${count.value}; ` +
      `to retire the last one and keep a snapshot of it, run \`${retireCommand} --index \${${last}}\`.`,
  };
}

/** Condition that none is being retired: Terraform would make a blank volume in its place. */
function retiresNone({ all }: ExistingVolumes, { count, retireCommand }: Counted): Precondition {
  const retiring = `[for volume in ${all} : tonumber(volume.tags["Index"]) if contains(keys(volume.tags), "Retiring")]`;
  const last = `max(-1, ${retiring}...)`;
  return {
    // A larger one is refused already.
    condition: `\${${last} < 0 || ${last} >= ${count.value}}`,
    errorMessage:
      `${count.setting}: expected at most \${${last}} while data volume \${${last}} is being retired, ` +
      `got ${count.value}; to finish that, run \`${retireCommand} --index \${${last}}\`.`,
  };
}
