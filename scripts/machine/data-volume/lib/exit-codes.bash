# shellcheck shell=bash
# shellcheck disable=SC2034 # read by the scripts that source this file
# Purpose: the exit codes of install-data-volume, mount-data-volume and unmount-data-volume: one table for all three.
# README.md lists the same table for people; a test compares the two.

readonly EXIT_DONE=0               # the volume is in the requested state
readonly EXIT_UNEXPECTED=1         # a command failed unexpectedly: the message names it
readonly EXIT_USAGE=2              # a bad argument, or a bad line in the configuration
readonly EXIT_NOT_READY=3          # not root, or a program is missing on this machine
readonly EXIT_NO_DEVICE=4          # the device did not appear in time
readonly EXIT_FOREIGN_CONTENT=5    # the device has a signature other than a single xfs or ext4
readonly EXIT_UNKNOWN_CONTENT=6    # the device has no signature but is not blank, or it cannot be read
readonly EXIT_DAMAGED=7            # the file system cannot be repaired safely, is larger than the disk, or the kernel refuses it
readonly EXIT_READ_ONLY=8          # the device, its mount or its file system is read-only
readonly EXIT_MOUNTED_ELSEWHERE=9  # the volume is mounted at another place, or by a second device
readonly EXIT_MOUNT_POINT=10       # the mount point is taken, holds files, is not a folder, or cannot be made
readonly EXIT_FORMAT=11            # a blank device got no file system: it may not, or something failed
readonly EXIT_GROW=12              # mounted, but the file system could not be grown
readonly EXIT_OTHER_RUN=13         # another run holds the volume's lock and did not end in time
readonly EXIT_IN_USE=14            # still mounted: the message names what uses it
readonly EXIT_STILL_HELD=15        # unmounted here, but something still holds the device
readonly EXIT_NOT_VERIFIED=16      # mount reported success, but the volume is not at the mount point
