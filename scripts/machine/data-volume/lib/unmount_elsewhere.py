"""Unmounts a device in the mount namespaces whose mounts follow those of this one, as for services with a private /tmp.

Usage: python3 unmount_elsewhere.py NUMBER                  (as root) prints these mount namespaces, by inode
       python3 unmount_elsewhere.py NUMBER NAMESPACE...     unmounts the device there
  NUMBER   the kernel's number of the device, such as 259:1
Exit code: 0; what is in use there stays mounted.

The kernel does the same at each unmount, except for mounts that unmount-data-volume made private before. Once the
device is unmounted here, nothing shows any more that the others followed.
"""

import ctypes
import os
import sys

# From the kernel's headers.
CLONE_NEWNS = 0x20000
MS_REC, MS_PRIVATE = 0x4000, 0x40000
UMOUNT_NOFOLLOW = 8
# Loaded here: in another mount namespace, nothing of it may be run.
LIBC = ctypes.CDLL(None, use_errno=True)


def main(number, *wanted):
    """Prints or unmounts, in each other mount namespace once."""
    seen = {os.stat("/proc/self/ns/mnt").st_ino}
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            namespace = os.open(f"/proc/{process}/ns/mnt", os.O_RDONLY)
            inode = os.fstat(namespace).st_ino
            with open(f"/proc/{process}/mountinfo", encoding="utf-8", errors="surrogateescape") as stream:
                mounts = [line.split(" ") for line in stream]
        except OSError:
            # It has ended.
            continue
        if inode not in seen:
            if str(inode) in wanted:
                unmount(namespace, *mounted(mounts, number))
            elif not wanted and follows(mounts, number):
                print(inode)
        seen.add(inode)
        os.close(namespace)


def follows(mounts, number):
    """Returns whether the device is mounted as the slave of another mount."""
    return any(
        device == number and any(option.startswith("master:") for option in rest[: rest.index("-")])
        for _, _, device, _, _, _, *rest in mounts
    )


def mounted(mounts, number):
    """Returns where the device is mounted, and with all that is below, the last one first."""
    roots, below = [], {}
    for mount, parent, device, _, target, *_ in mounts:
        if device == number:
            roots.append(unescaped(target))
        if device == number or parent in below:
            below[mount] = unescaped(target)
    return roots, list(below.values())[::-1]


def unescaped(path):
    """Returns a path of mountinfo, which writes space, tab, newline and backslash as octal numbers, as bytes."""
    found = path.encode("utf-8", "surrogateescape")
    for code in (0o40, 0o11, 0o12, 0o134):
        found = found.replace(b"\\%03o" % code, bytes([code]))
    return found


def unmount(namespace, roots, targets):
    """Unmounts paths in a mount namespace, in a process of its own."""
    child = os.fork()
    if child == 0:
        if LIBC.setns(namespace, CLONE_NEWNS) == 0:
            for path in roots:
                LIBC.mount(None, path, None, MS_REC | MS_PRIVATE, None)
            for path in targets:
                LIBC.umount2(path, UMOUNT_NOFOLLOW)
        os._exit(0)
    os.waitpid(child, 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
