"""STS: sessions that open something."""
