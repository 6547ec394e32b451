/** GitHub's OpenID Connect provider, which signs the tokens of workflows. Source: GitHub's docs (read 2026-11). */
export const githubTokens = {
  /** Its URL without `https://`. */
  issuer: "token.actions.githubusercontent.com",
  /** Audience that aws-actions/configure-aws-credentials asks for. */
  audience: "sts.amazonaws.com",
} as const;

/** Which workflows of a repository. */
export interface Workflows {
  /**
   * `owner/name`, or `owner@1234/name@5678` for a repository with immutable subjects: GitHub writes the numbers into its
   * tokens. Source: github/docs#45221 (read 2026-11).
   */
  readonly repository: string;
  /** Branches whose workflows are meant. */
  readonly branches: readonly string[];
  /** Environments whose jobs are meant. The token of such a job names no branch. */
  readonly environments: readonly string[];
}

/** Subjects of the tokens of workflows that run on a branch, or for an environment. */
export function workflowSubjects({ repository, branches, environments }: Workflows): string[] {
  return [
    ...branches.map((branch) => `repo:${repository}:ref:refs/heads/${branch}`),
    ...environments.map((environment) => `repo:${repository}:environment:${environment}`),
  ];
}

/** Subject of the tokens of workflows that run for a pull request. Those of a fork get no token. */
export function pullRequestSubject({ repository }: Pick<Workflows, "repository">): string {
  return `repo:${repository}:pull_request`;
}
