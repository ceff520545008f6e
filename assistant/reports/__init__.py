"""What a report is made of: facts of a store, figures, charts, pictures and sections, and the files they become."""
