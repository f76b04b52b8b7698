"""News by mail: who asked for what, confirmed by the owner of the address, and the letters."""
