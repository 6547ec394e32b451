"""KMS: what moto lacks."""
