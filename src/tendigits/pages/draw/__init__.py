"""The draw page: one HTML file that reads what you draw and shows why. May import what `pages` may."""
