import { Fn, type Precondition, TerraformLocal } from "cdktf";
import { Construct } from "constructs";

/** Which key file. */
export interface KeyFileProps {
  /** Path as Terraform sees it: relative to the stack's working directory, absolute, or below `~/`. */
  readonly path: string;
  /** The setting that names the file, such as `ssh.publicKeyFile`. */
  readonly setting: string;
  /** That setting's own value. @default path */
  readonly settingValue?: string;
  /** What the file holds, such as `a private key`. */
  readonly holds: string;
  /** What to do when the file is missing, to end the message. */
  readonly fix: string;
}

/**
 * A key file on the computer that runs Terraform. Terraform reads it, not synthesis: so the JSON is the same for everybody,
 * and a review in a pull request needs no key.
 */
export class KeyFile extends Construct {
  private readonly path: TerraformLocal;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: KeyFileProps,
  ) {
    super(scope, id);
    // A condition has to name an object of the configuration, so the path is one.
    this.path = new TerraformLocal(this, "this", props.path);
  }

  /** Condition that the file is there. */
  get exists(): Precondition {
    const { path, setting, settingValue = path, holds, fix } = this.props;
    return {
      condition: Fn.fileexists(this.expanded),
      errorMessage: `${setting}: expected ${holds} in ${settingValue}, got no such file; ${fix}.`,
    };
  }

  /** What the file says; without the file a word that stands for it, so that {@link exists} can speak first. */
  get contents(): string {
    return Fn.try([Fn.trimspace(Fn.file(this.expanded)), "missing"]);
  }

  private get expanded(): string {
    return Fn.pathexpand(this.path.asString);
  }
}
