"""What others do, each in an environment of its own, with the same passages and the same model."""
