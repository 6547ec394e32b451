import { S3Object } from "@cdktf/provider-aws/lib/s3-object";
import { AssetType, TerraformAsset } from "cdktf";
import { Construct } from "constructs";
import type { Grantee } from "../access/role";
import type { PrivateBucket } from "../storage/private-bucket";
import { bundleUserData } from "./bundle-user-data";

/** An archive of scripts on this computer, and the program with which a machine fetches it. */
export interface ScriptArchive {
  /** Absolute path of the archive (tar). */
  readonly file: string;
  /** SHA-256 of the archive, in hexadecimal digits. */
  readonly sha256: string;
  /** Text of a Python program. It takes host, region, key and SHA-256, and unpacks the archive where it runs. */
  readonly fetchProgram: string;
}

/** Scripts for machines without SSH. */
export interface ScriptBundleProps {
  /** Bucket for the archive, in the region of the stack. */
  readonly bucket: PrivateBucket;
  readonly archive: ScriptArchive;
}

/**
 * Scripts in S3 that machines fetch at their first boot with their own role. User data alone holds 16 KB.
 *
 * The object's key is its hash, so a machine gets exactly the scripts that its user data names. Changed scripts are a
 * new object, which Terraform makes before it removes the old one. The user data changes with them. Give the instance
 * `userDataReplaceOnChange`: cloud-init runs user data only at the first boot, so the machine must be a new one.
 */
export class ScriptBundle extends Construct {
  private readonly object: S3Object;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: ScriptBundleProps,
  ) {
    super(scope, id);
    const { bucket, archive } = props;
    const asset = new TerraformAsset(this, "archive", {
      path: archive.file,
      type: AssetType.FILE,
      assetHash: archive.sha256,
    });
    this.object = new S3Object(this, "this", {
      bucket: bucket.bucket.id,
      key: `${archive.sha256}.tar`,
      source: asset.path,
      contentType: "application/x-tar",
      // An object takes at most 10 tags, of which the settings may name more.
      overrideProvider: { defaultTags: { tags: {} } },
      lifecycle: { createBeforeDestroy: true },
    });
  }

  /** Lets a role read these scripts, and no other object. */
  grantRead(grantee: Grantee): void {
    const { bucket } = this.props.bucket;
    grantee.allow(`read_${this.object.friendlyUniqueId}`, [
      { actions: ["s3:GetObject"], resources: [`${bucket.arn}/${this.object.key}`] },
    ]);
  }

  /**
   * User data that fetches the scripts, and runs commands in their folder as root. The machine's role needs
   * {@link grantRead}, and its subnet a way to S3.
   *
   * @param commands commands for bash, such as those of `firstBootCommands`
   */
  userData(commands: readonly string[]): string {
    const { bucket, archive } = this.props;
    return bundleUserData({
      bundle: {
        host: bucket.bucket.bucketRegionalDomainName,
        region: bucket.bucket.region,
        key: this.object.key,
        sha256: archive.sha256,
      },
      fetchProgram: archive.fetchProgram,
      commands,
    });
  }
}
