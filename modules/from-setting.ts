/** A value with the setting that gives it, for messages: `ec2.subnetId: expected …`. */
export interface FromSetting<Value> {
  readonly value: Value;
  /** Path of the setting, such as `ec2.subnetId`. */
  readonly setting: string;
}

/** A setting whose value does not fit: `<setting>: expected <expected>, got <got>`. */
export interface SettingProblem {
  /** Path of the setting, such as `ec2.subnetId`. */
  readonly setting: string;
  readonly got: unknown;
  /** The phrase that completes "expected …". */
  readonly expected: string;
}
