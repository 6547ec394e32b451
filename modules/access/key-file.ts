import { Fn, type Precondition, TerraformLocal } from "cdktf";
import { Construct } from "constructs";
import type { FromSetting } from "../from-setting";

/** A key file, and how messages name it. */
export interface KeyFileProps {
  /** Path as Terraform sees it: relative to the stack's working directory, absolute, or below `~/`. */
  readonly path: string;
  /** The path as people wrote it. */
  readonly written: FromSetting<string>;
  /** What the file holds, such as `a private key`. */
  readonly holds: string;
  /** How to fix a missing file; ends the message. */
  readonly fix: string;
}

/**
 * A key file on the computer that runs Terraform. Terraform reads it, synthesis does not. So the JSON is the same for
 * everybody, and a review in a pull request needs no key.
 */
export class KeyFile extends Construct {
  private readonly path: TerraformLocal;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: KeyFileProps,
  ) {
    super(scope, id);
    // A condition must refer to an object of the configuration, so make the path one.
    this.path = new TerraformLocal(this, "this", props.path);
  }

  /** Condition that the file exists. */
  get exists(): Precondition {
    const { written, holds, fix } = this.props;
    return {
      condition: Fn.fileexists(this.expanded),
      errorMessage: `${written.setting}: expected ${holds} in ${written.value}, got no such file; ${fix}.`,
    };
  }

  /** Contents of the file; a placeholder if it is missing, so that {@link exists} reports that first. */
  get contents(): string {
    return Fn.try([Fn.trimspace(Fn.file(this.expanded)), "missing"]);
  }

  private get expanded(): string {
    return Fn.pathexpand(this.path.asString);
  }
}
