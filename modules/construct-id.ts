/** Signs that are common in addresses, in words. */
const words: Readonly<Record<string, string>> = { ".": "dot", "@": "at" };

/**
 * A construct id for any text, and so a part of a Terraform address: `data_at_example_dot_org` for an e-mail address.
 * Two texts never have one id: letters, digits and dashes stay, and every other sign becomes a word between underscores.
 */
export function constructId(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9-]/gu, (sign) => `_${words[sign] ?? `x${sign.codePointAt(0)?.toString(16)}`}_`);
}
