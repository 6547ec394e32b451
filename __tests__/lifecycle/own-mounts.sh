#!/usr/bin/env bash
# Runs a program as the first process of its own namespaces, without the mounts of this computer.
#
# A mount that a namespace has inherited keeps a disk of another test busy. So nothing is mounted but the root, this
# folder, and what a Docker daemon needs: /dev, /proc, /sys with control groups of version 2 alone, and an empty /run.
#
# usage: unshare --mount --pid --fork --kill-child --mount-proc own-mounts.sh FOLDER PROGRAM [ARGUMENT...]
#   FOLDER  the program's own folder: this computer sees the same one. The program's output goes to FOLDER/log
#
# exit codes: those of PROGRAM; 1 when something cannot be mounted
set -euo pipefail

folder=$1
shift
root=$folder/root
mkdir -p "$root"
# Not recursive: other mounts stay out.
mount --bind / "$root"
mount --bind "$folder" "$root$folder"
mount --bind /dev "$root/dev"
mount --bind /proc "$root/proc"
mount --bind /sys "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs tmpfs "$root/run"
cd "$root"
pivot_root . .
# The old root is now on top of the new one.
umount --lazy .
cd /
exec "$@" >"$folder/log" 2>&1
