"""SSM: what moto gets wrong."""
