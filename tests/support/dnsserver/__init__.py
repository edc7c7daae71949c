"""What tests of the name server share: a server of a few lines, its packet cache, strategies for queries."""
