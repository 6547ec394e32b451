import { text } from "./fields";
import { rule } from "./rules";

/** Id of a machine image. */
export const imageId = () => text(/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/, "an image id such as ami-0123456789abcdef0");

/** Id of a subnet. */
export const subnetId = () =>
  text(/^subnet-([0-9a-f]{8}|[0-9a-f]{17})$/, "a subnet id such as subnet-0123456789abcdef0");

/**
 * The rule of a section that chooses an image: it has an `id` exactly if its `source` is `id`.
 *
 * @param section path of the section, such as `ec2.image`
 */
export const idIfSourceIsId = (section: string) =>
  rule<{ source: string; id: string | null }>(({ source, id }, context) => {
    if (source === undefined || id === undefined || (source === "id") === (id !== null)) return;
    const message =
      id === null ? `an image id, since ${section}.source is id` : `null, since ${section}.source is not id`;
    context.addIssue({ code: "custom", path: ["id"], input: id, message });
  });
