"""The generative core; it knows nothing of anomalies."""
