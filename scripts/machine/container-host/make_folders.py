"""Makes the folders of the tasks on the data volume, before Docker starts: Docker would give them to root.

Usage: python3 make_folders.py CONFIGURATION
A folder that is there and belongs to another user is given to the configured one with everything in it, once: so a
volume that somebody made by hand can be used as it is. README.md describes the gates, which are made too.
Exit codes: 0 made; 1 not, and one sentence on stderr says what, where and the fix.
"""

import contextlib
import os
import sys

import configuration
import safe_folder
from snapshot_before import GATES, MEMORY, OWN_FOLDER, UNKNOWN, exists


def main(file):
    """Makes the folders, or ends the program with a sentence."""
    try:
        make(configuration.read(file))
    except configuration.ConfigurationError as error:
        sys.exit(f"make-folders: {error}")
    except OSError as error:
        sys.exit(f"make-folders: expected to make the folders of the tasks, got {error}; correct that, then start it")


def make(host):
    """Makes what is missing."""
    mount_point = host["volume"]["mountPoint"]
    held_files = False
    for folder in host["folders"]:
        names = folder["path"][len(mount_point) + 1 :].split("/")
        # A gate is root's, whoever is said to own it.
        if names[0] != OWN_FOLDER:
            held_files |= make_folder(mount_point, names, folder["owner"])
    # Nobody but root may look into these. A container sees its own gate alone.
    make_own(mount_point, [OWN_FOLDER], 0o700)
    make_own(mount_point, [OWN_FOLDER, GATES], 0o711)
    make_own(mount_point, [OWN_FOLDER, MEMORY], 0o700)
    for service in host["gates"]:
        # Any user of a container writes there, and cannot replace what another user wrote, root above all.
        make_own(mount_point, [OWN_FOLDER, GATES, service], 0o1777)
        if held_files:
            remember_unknown(mount_point, service)


def remember_unknown(mount_point, service):
    """Notes that files are there which some image wrote, unless it is known which one."""
    with contextlib.ExitStack() as stack:
        memory = stack.enter_context(safe_folder.opened(mount_point, OWN_FOLDER, MEMORY))
        gate = stack.enter_context(safe_folder.opened(mount_point, OWN_FOLDER, GATES, service))
        if not exists(memory, service) and not exists(gate, "ran"):
            safe_folder.write_text(memory, service, f"{UNKNOWN}\n")


def make_folder(mount_point, names, owner):
    """Makes a folder for a user. Returns whether it held files."""
    for depth in range(1, len(names)):
        make_own(mount_point, names[:depth], 0o755, keep=True)
    with safe_folder.opened(mount_point, *names[:-1]) as parent:
        with contextlib.suppress(FileExistsError):
            os.mkdir(names[-1], 0o750, dir_fd=parent)
        with safe_folder.opened(mount_point, *names) as folder:
            held_files = len(os.listdir(folder)) > 0
            if os.fstat(folder).st_uid != owner:
                give(folder, owner)
    return held_files


def give(folder, owner):
    """Gives a folder to a user, with everything in it. The folder itself is last: it shows that this is done."""
    for _, folders, files, descriptor in os.fwalk(".", dir_fd=folder):
        for name in [*folders, *files]:
            os.chown(name, owner, owner, dir_fd=descriptor, follow_symlinks=False)
    os.fchown(folder, owner, owner)


def make_own(mount_point, names, mode, keep=False):
    """Makes a folder of root with the mode. `keep`: leaves one that is there as it is."""
    with safe_folder.opened(mount_point, *names[:-1]) as parent:
        try:
            os.mkdir(names[-1], mode, dir_fd=parent)
        except FileExistsError:
            if keep:
                return
    with safe_folder.opened(mount_point, *names) as folder:
        os.fchown(folder, 0, 0)
        os.fchmod(folder, mode)


if __name__ == "__main__":
    main(*sys.argv[1:])
