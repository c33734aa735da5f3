"""What an uploaded file is, and what is made of it before it is stored. Knows no user and no row."""
