"""What questions are about, kept for whoever was asked."""
