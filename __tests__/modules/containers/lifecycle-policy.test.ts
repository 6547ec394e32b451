import { expect, it } from "vitest";
import { lifecyclePolicy } from "../../../modules/containers/lifecycle-policy";

it("expires untagged images alone, apart from the newest ones", () => {
  expect(JSON.parse(lifecyclePolicy(3))).toEqual({
    rules: [
      {
        rulePriority: 1,
        description: "Of the untagged images, keep the newest 3",
        selection: { tagStatus: "untagged", countType: "imageCountMoreThan", countNumber: 3 },
        action: { type: "expire" },
      },
    ],
  });
});
