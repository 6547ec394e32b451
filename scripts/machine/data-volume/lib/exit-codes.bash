# shellcheck shell=bash
# shellcheck disable=SC2034 # read by the scripts that source this file
# Purpose: the exit codes of install-data-volume, mount-data-volume and unmount-data-volume: one table for all three.
# README.md lists the same table for people; a test compares the two.

readonly EXIT_DONE=0               # the state that was asked for is there
readonly EXIT_UNEXPECTED=1         # a command failed that should not have: the message names it
readonly EXIT_USAGE=2              # a bad argument, or a bad line in the configuration
readonly EXIT_NOT_READY=3          # not root, or a program is missing on this machine
readonly EXIT_NO_DEVICE=4          # the device did not appear in time
readonly EXIT_FOREIGN_CONTENT=5    # the device carries a signature that is not one xfs or one ext4 alone
readonly EXIT_UNKNOWN_CONTENT=6    # no signature, and yet not blank (or not readable)
readonly EXIT_DAMAGED=7            # a file system that cannot be repaired safely, or that the kernel refuses
readonly EXIT_READ_ONLY=8          # the device, or what is mounted from it, is read-only
readonly EXIT_MOUNTED_ELSEWHERE=9  # the volume is mounted at another place
readonly EXIT_MOUNT_POINT=10       # the mount point is taken, holds files, is not a folder, or cannot be made
readonly EXIT_FORMAT=11            # mkfs failed on a blank device
readonly EXIT_GROW=12              # mounted, but the file system could not be grown
readonly EXIT_OTHER_RUN=13         # another run works on the volume and did not end in time
readonly EXIT_IN_USE=14            # still mounted: the message names who is in the way
readonly EXIT_STILL_HELD=15        # unmounted here, but something still holds the device
readonly EXIT_NOT_VERIFIED=16      # mount reported success, and the volume is not where it should be
