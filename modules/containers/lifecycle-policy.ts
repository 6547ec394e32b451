/**
 * JSON of a lifecycle policy that expires untagged images, apart from the newest ones.
 *
 * No rule is about tagged images: ECR cannot see which of them a task definition uses
 * (aws/containers-roadmap#1078), and a host that is made again has to pull them.
 *
 * @param keepUntagged number of the newest untagged images that stay, at least 1
 */
export function lifecyclePolicy(keepUntagged: number): string {
  return JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        description: `Of the untagged images, keep the newest ${keepUntagged}`,
        selection: { tagStatus: "untagged", countType: "imageCountMoreThan", countNumber: keepUntagged },
        action: { type: "expire" },
      },
    ],
  });
}
