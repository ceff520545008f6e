"""Skeletons that move: read them, bring them into coordinates of their own, find which joint moves unlike normal."""
