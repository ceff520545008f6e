"""Tables: rows of numbers in named columns; what is normal of them, and which columns of a row are off."""
