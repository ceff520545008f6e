"""A difference in; words out. Every number in the words is measured."""
