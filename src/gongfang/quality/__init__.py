"""L7: inspection of what arrives and what is made, and what happens to what fails."""
