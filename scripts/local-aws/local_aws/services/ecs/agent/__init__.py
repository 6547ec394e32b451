"""The agent of container instances: what AWS's agent does on a machine, done from here."""
