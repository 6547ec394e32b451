/** `text` as it is for Terraform, which would read its `${…}` and `%{…}` as templates: a shell's variables, a policy's. */
export function terraformLiteral(text: string): string {
  return text.replaceAll(/[$%](?=\{)/g, (sign) => sign + sign);
}
