"""EC2 with EBS: what moto lacks or gets wrong, and machines behind it."""
