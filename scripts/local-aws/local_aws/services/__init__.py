"""What moto lacks or gets wrong, a folder a service. Each folder's `install` names what it puts in place."""
