"""Painting: the trained denoiser of picture space, on local crops around what is wrong."""
