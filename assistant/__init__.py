"""The whole way from a sample to a verdict in words; models on disk."""
