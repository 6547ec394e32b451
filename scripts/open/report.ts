/** What a machine says about a service of systemd on it. */
export interface Report {
  /** systemd's LoadState: `not-found` if the image has no such service. */
  readonly loadState: string;
  /** systemd's ActiveState. */
  readonly activeState: string;
  /** State of the whole system: `starting` until every service that boots was tried. */
  readonly system: string;
  /** ActiveState of the service that mounts the data volume. */
  readonly volume: string;
  /** JupyterLab's address with its token. Empty while there is none. */
  readonly url: string;
  /** Last line that the service printed. Empty if it printed nothing. */
  readonly said: string;
  /** Last line that the service which mounts the data volume printed. */
  readonly volumeSaid: string;
}

/** The service that mounts the data volume. The services of our image stop with it. */
export const VOLUME_UNIT = "workbench-data-volume";

/** Last line of a report. */
const END = "report ends";

const KEYS = {
  LoadState: "loadState",
  ActiveState: "activeState",
  System: "system",
  Volume: "volume",
  Url: "url",
  Said: "said",
  VolumeSaid: "volumeSaid",
} as const satisfies Record<string, keyof Report>;

/**
 * A script of sh that writes a report for each line that it reads. At the end of its input it ends the sshd of the
 * connection: ssh itself would stay as long as somebody uses the tunnel. Its first argument is the service.
 */
export const REPORTS = `said() { sudo -n journalctl --lines 1 --output cat "_SYSTEMD_UNIT=$1.service" 2>/dev/null | tail -n 1; }
while read -r _; do
  systemctl show --property=LoadState --property=ActiveState "$1.service"
  echo "System=$(systemctl is-system-running 2>/dev/null)"
  echo "Volume=$(systemctl is-active ${VOLUME_UNIT}.service 2>/dev/null)"
  echo "Url=$(jupyter-url 2>/dev/null)"
  echo "Said=$(said "$1")"
  echo "VolumeSaid=$(said ${VOLUME_UNIT})"
  echo "${END}"
done
kill "$PPID"`;

/** Puts reports together from the lines that a machine writes. What somebody's shell prints besides is left out. */
export class ReportReader {
  private values: Partial<Record<keyof Report, string>> = {};

  /** @returns the report that ends with this line; undefined if none does */
  read(line: string): Report | undefined {
    if (line === END) {
      const { values } = this;
      this.values = {};
      return { ...NOTHING, ...values };
    }
    const [, key = "", value = ""] = /^(\w+)=(.*)$/.exec(line.trimEnd()) ?? [];
    if (Object.hasOwn(KEYS, key)) this.values[KEYS[key as keyof typeof KEYS]] = value;
    return undefined;
  }
}

const NOTHING: Report = { loadState: "", activeState: "", system: "", volume: "", url: "", said: "", volumeSaid: "" };
