"""One file a modality: read it, check it, say what is wrong with it."""
