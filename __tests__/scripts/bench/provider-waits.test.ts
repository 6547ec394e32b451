import { expect, test } from "vitest";
import { providerWaits } from "../../../scripts/bench/provider-waits";

/** A line of `terraform apply -json`. @param second time since the apply began */
function event(type: "apply_start" | "apply_complete", addr: string, second: number): string {
  return JSON.stringify({
    "@timestamp": new Date(Date.UTC(2026, 10, 21) + second * 1000).toISOString(),
    hook: { resource: { addr, resource_type: addr.split(".")[0] } },
    type,
  });
}

const made = (addr: string, from: number, to: number) => [
  event("apply_start", addr, from),
  event("apply_complete", addr, to),
];

test("a second in which two resources are made counts once", () => {
  const output = [
    ...made("aws_instance.a", 0, 10),
    ...made("aws_eip.b", 2, 5),
    ...made("aws_volume_attachment.c", 20, 41),
  ];
  expect(providerWaits(output.join("\n"))).toEqual({
    totalMs: 31_000,
    longest: [
      { type: "aws_volume_attachment", seconds: 21 },
      { type: "aws_instance", seconds: 10 },
      { type: "aws_eip", seconds: 3 },
    ],
  });
});

test("resources that are made without a wait are not listed, and other providers' resources do not count", () => {
  const output = [...made("aws_iam_role.a", 0, 1), ...made("terraform_data.mount", 1, 10), "Terraform crashed", ""];
  expect(providerWaits(output.join("\n"))).toEqual({ totalMs: 1000, longest: [] });
});
