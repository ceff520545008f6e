"""Image, text, mask and skeleton in; the normal version, a map and a score out. The floor that knows torch."""
