/**
 * What needs a tool. `everything`: every command; `machines`: real machines and disks (Linux, root); `containers`: the
 * images of containers that run on such machines; `tests`: only the tests.
 */
export type Need = "everything" | "machines" | "containers" | "tests";

/** One program or file that neither npm nor pip installs. */
export interface SystemTool {
  /** Name of a program on the PATH, or an absolute path. */
  readonly command: string;
  /** The Debian package that contains it. */
  readonly package: string;
  readonly neededFor: Need;
  /** What it does in Workbench, as the end of a sentence. */
  readonly purpose: string;
  /** Units of systemd, of the package or of one that comes with it, that must not run by themselves. @default none */
  readonly units?: readonly string[];
}

/** Every system tool that Workbench calls. Terraform, Node and Python have separate checks of their versions. */
export const SYSTEM_TOOLS: readonly SystemTool[] = [
  { command: "ssh", package: "openssh-client", neededFor: "everything", purpose: "logs in to machines" },
  { command: "ssh-keygen", package: "openssh-client", neededFor: "everything", purpose: "makes the local key pair" },
  { command: "systemd-nspawn", package: "systemd-container", neededFor: "machines", purpose: "boots machines" },
  { command: "mmdebstrap", package: "mmdebstrap", neededFor: "machines", purpose: "makes the machines' base" },
  {
    command: "/usr/share/keyrings/debian-archive-keyring.gpg",
    package: "debian-archive-keyring",
    neededFor: "machines",
    purpose: "verifies the Debian that machines boot",
  },
  { command: "ip", package: "iproute2", neededFor: "machines", purpose: "makes the machines' network" },
  { command: "iptables", package: "iptables", neededFor: "machines", purpose: "gives machines a way out" },
  { command: "unshare", package: "util-linux", neededFor: "machines", purpose: "keeps the base's mounts to itself" },
  { command: "losetup", package: "mount", neededFor: "machines", purpose: "makes disks out of files" },
  { command: "nsenter", package: "util-linux", neededFor: "machines", purpose: "looks at a machine's mounts" },
  { command: "mkfs.ext4", package: "e2fsprogs", neededFor: "machines", purpose: "formats with ext4" },
  { command: "mkfs.xfs", package: "xfsprogs", neededFor: "machines", purpose: "formats with xfs" },
  {
    command: "docker-registry",
    package: "docker-registry",
    neededFor: "machines",
    purpose: "keeps container images",
    // On all interfaces, on port 5000. The local AWS runs the program itself.
    units: ["docker-registry.service"],
  },
  { command: "umoci", package: "umoci", neededFor: "containers", purpose: "makes container images" },
  { command: "skopeo", package: "skopeo", neededFor: "containers", purpose: "pushes container images" },
  { command: "shellcheck", package: "shellcheck", neededFor: "tests", purpose: "checks the shell scripts" },
  { command: "strace", package: "strace", neededFor: "tests", purpose: "cuts mkfs off at a chosen write" },
  { command: "pvcreate", package: "lvm2", neededFor: "tests", purpose: "makes LVM signatures for the mount tests" },
  {
    command: "mkfs.btrfs",
    package: "btrfs-progs",
    neededFor: "tests",
    purpose: "makes a file system that mount refuses",
  },
  { command: "cryptsetup", package: "cryptsetup-bin", neededFor: "tests", purpose: "makes LUKS signatures" },
  { command: "sgdisk", package: "gdisk", neededFor: "tests", purpose: "makes partition tables for the mount tests" },
  { command: "fusermount3", package: "fuse3", neededFor: "tests", purpose: "makes disks that lose power" },
  // In Debian 13. In Debian 12, docker.io has both programs.
  { command: "docker", package: "docker-cli", neededFor: "tests", purpose: "builds and pushes images as a user does" },
  {
    command: "dockerd",
    package: "docker.io",
    neededFor: "tests",
    purpose: "builds images in a daemon of the test's own",
    // It would change interfaces and rules of this computer's network.
    units: ["docker.service", "docker.socket", "containerd.service"],
  },
  { command: "chromium", package: "chromium", neededFor: "tests", purpose: "opens JupyterLab as a person would" },
];
