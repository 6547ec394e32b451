"""What any service needs: HTTP, signatures, calls, saving, start and end."""
