"""Data Lifecycle Manager, which moto lacks."""
