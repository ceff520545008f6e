"""Skeletons that move: read them, bring them into coordinates of their own, and find which joint moves unlike normal."""
