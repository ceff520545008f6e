"""The REST door: what the command line does, over HTTP, for other programs."""
