/** What install-data-volume is told, and what the configuration says: values by the names that the scripts use. */
export type DataVolumeSettings = Readonly<Record<string, string>>;

/** Settings that are right on any machine, but for what `change` says. */
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
    ...change,
  };
}

/** As arguments of install-data-volume. */
export function asArguments(settings: DataVolumeSettings): string[] {
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}

/** As the configuration file has them. */
export function asConfiguration(settings: DataVolumeSettings): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}
