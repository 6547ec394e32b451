/** A value with the setting that gives it, for messages: `ec2.subnetId: expected …`. */
export interface FromSetting<Value> {
  readonly value: Value;
  /** Path of the setting, such as `ec2.subnetId`. */
  readonly setting: string;
}
