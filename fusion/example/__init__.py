"""The example data set: three products that never existed, rendered, so that Foil can be tried with no download."""
