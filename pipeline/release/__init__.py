"""From rows that may be published to a release: files, metadata, the private store, the first leak check."""
