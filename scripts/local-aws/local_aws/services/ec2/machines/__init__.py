"""Real machines and real disks behind EC2."""
