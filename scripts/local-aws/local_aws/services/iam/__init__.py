"""IAM: what moto gets wrong."""
