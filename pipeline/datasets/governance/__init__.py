"""What is held and published, and how it is answered for."""
