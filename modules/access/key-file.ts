import { Fn, type Precondition, TerraformLocal } from "cdktf";
import { Construct } from "constructs";

/** Which key file. */
export interface KeyFileProps {
  /** Path as Terraform sees it: relative to the stack's working directory, absolute, or below `~/`. */
  readonly path: string;
  /** What is expected and what to do, for the message when the file is missing. */
  readonly whenMissing: string;
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
    return { condition: Fn.fileexists(this.expanded), errorMessage: this.props.whenMissing };
  }

  /** What the file says; without the file a word that stands for it, so that {@link exists} can speak first. */
  get contents(): string {
    return Fn.try([Fn.trimspace(Fn.file(this.expanded)), "missing"]);
  }

  private get expanded(): string {
    return Fn.pathexpand(this.path.asString);
  }
}
