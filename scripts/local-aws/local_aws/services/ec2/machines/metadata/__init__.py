"""The instance metadata service: what a machine reads at 169.254.169.254."""
