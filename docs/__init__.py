"""The documentation: its pages, and what builds the site from them (`python -m docs OUT`)."""
