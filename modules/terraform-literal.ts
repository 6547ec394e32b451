/** Escapes `${…}` and `%{…}`, which a shell or a policy uses for variables and Terraform would read as templates. */
export function terraformLiteral(text: string): string {
  return text.replaceAll(/[$%](?=\{)/g, (sign) => sign + sign);
}
