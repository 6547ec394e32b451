"""Machines, disks, images and their network on this computer. Linux and root only; knows no moto and no service."""
