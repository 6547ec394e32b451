/** Settings by their names in the scripts: as arguments of install-data-volume, or in its configuration file. */
export type DataVolumeSettings = Readonly<Record<string, string>>;

/** Settings that are valid on any machine, with `change` applied. */
export function dataVolumeSettings(
  volumeId: string,
  mountPoint: string,
  change: DataVolumeSettings = {},
): DataVolumeSettings {
  return {
    "volume-id": volumeId,
    "device-name": "/dev/sdf",
    "mount-point": mountPoint,
    "file-system": "ext4",
    label: "workbench",
    owner: "nobody",
    "wait-sec": "20",
    "may-format": "yes",
    ...change,
  };
}

/** Settings as arguments of install-data-volume. */
export function asArguments(settings: DataVolumeSettings): string[] {
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}

/** Settings as lines of the configuration file. */
export function asConfiguration(settings: DataVolumeSettings): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}
