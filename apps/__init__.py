"""The doors: command line and browser. No decision is taken here."""
