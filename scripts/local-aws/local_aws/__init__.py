"""The local AWS: moto's API, what moto lacks or gets wrong, and (on Linux as root) real machines and disks."""
