"""S3: what moto gets wrong, and where bodies are kept."""
