"""The coordinates in which normals are simple."""
