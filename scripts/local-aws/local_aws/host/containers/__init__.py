"""Machines that are containers: systemd-nspawn over the layers of an image, with loop devices as disks."""
