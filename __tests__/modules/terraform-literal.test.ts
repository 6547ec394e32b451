import { Token } from "cdktf";
import { expect, it } from "vitest";
import { terraformLiteral } from "../../modules/terraform-literal";

it.each([
  ["data/${aws:PrincipalTag/Team}/*", "data/$${aws:PrincipalTag/Team}/*"],
  ["%{ if true }", "%%{ if true }"],
  ['"${drop_in%/*}" costs $5', '"$${drop_in%/*}" costs $5'],
])("writes %s as text for Terraform", (text, literal) => {
  expect(terraformLiteral(text)).toBe(literal);
});

it("leaves a reference of cdktf to be filled in", () => {
  const reference = Token.asString({ resolve: () => "arn" });
  expect(terraformLiteral(`${reference}/\${aws:username}`)).toBe(`${reference}/$\${aws:username}`);
});
