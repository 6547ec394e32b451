/**
 * Escapes `${…}` and `%{…}`, which a shell or a policy uses for variables and Terraform would read as templates. The
 * references of cdktf stay: an ARN that an object hands over is still filled in.
 */
export function terraformLiteral(text: string): string {
  return text.replaceAll(/[$%](?=\{(?!TfToken\[))/g, (sign) => sign + sign);
}
