"""What several test folders share: locating data and peers, builders of values."""
