"""Learning: normals and synthetic defects in, a trained denoiser out, or the news that it is no better."""
