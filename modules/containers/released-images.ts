import { DataAwsSsmParametersByPath } from "@cdktf/provider-aws/lib/data-aws-ssm-parameters-by-path";
import { Fn, Op, TerraformLocal, Token } from "cdktf";
import { Construct } from "constructs";
import type { FoundRepository } from "./found-repository";

/** Where to find what was released. */
export interface ReleasedImagesProps {
  /** Path in the Parameter Store below which each service has its parameters. */
  readonly path: string;
  /** What a parameter says before the first release. */
  readonly initial: string;
}

/** A service whose image a release chooses. */
export interface ReleasedService {
  readonly name: string;
  /** Path of the parameter that has its image: a digest, or an image elsewhere by its digest. */
  readonly parameter: string;
  /** Where the image of a digest is. */
  readonly repository: FoundRepository;
  /** What to do if the parameter is missing; ends the message. */
  readonly fix: string;
}

/** The image of a service that was released last. */
export interface ReleasedImage {
  /** What a task definition names. Before the first release nothing has this name, and nothing pulls it. */
  readonly uri: string;
  /** How many tasks the service wants: 1, or 0 before the first release. */
  readonly taskCount: number;
}

/** What was released last. Read at each plan, so that a deploy keeps what was released. */
export class ReleasedImages extends Construct {
  private readonly parameters: DataAwsSsmParametersByPath;
  private readonly postcondition: { readonly condition: string; readonly errorMessage: string }[] = [];

  constructor(
    scope: Construct,
    id: string,
    private readonly props: ReleasedImagesProps,
  ) {
    super(scope, id);
    this.parameters = new DataAwsSsmParametersByPath(this, "this", {
      path: props.path,
      recursive: true,
      lifecycle: { postcondition: this.postcondition },
    });
  }

  /** The image of one service. */
  of({ name, parameter, repository, fix }: ReleasedService): ReleasedImage {
    const [key, initial] = [JSON.stringify(parameter), JSON.stringify(this.props.initial)];
    const { fqn } = this.parameters;
    // Without a parameter, a deploy would take a service that was released for a new one, and end it.
    this.postcondition.push({
      condition: `\${contains(self.names, ${key}) || !${repository.isThere}}`,
      errorMessage: `release of ${name}: expected the parameter ${parameter}, got none; ${fix}.`,
    });
    // The provider takes all values of parameters for secrets, which a plan hides.
    const values = `zipmap(${fqn}.names, nonsensitive(${fqn}.values))`;
    const released = new TerraformLocal(this, name, `\${lookup(${values}, ${key}, ${initial})}`).asString;
    const isNone = Op.eq(released, this.props.initial);
    const place = Fn.conditional(
      Fn.startswith(released, "sha256:"),
      Fn.join("@", [repository.uri, released]),
      released,
    );
    const uri = Fn.conditional(isNone, `${repository.uri}:no-release-yet`, place);
    return {
      uri: new TerraformLocal(this, `${name}_image`, uri).asString,
      taskCount: Token.asNumber(Fn.conditional(isNone, 0, 1)),
    };
  }
}
