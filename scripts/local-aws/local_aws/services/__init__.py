"""Corrects moto and adds the calls that it lacks, a folder a service. Each folder's `install` names its changes."""
