"""The survey's methods on the one denoiser: each is a way to ask it, place by place, what a sample should have been."""
