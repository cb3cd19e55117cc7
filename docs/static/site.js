// The theme names its search button "Search" though it shows "Search Ctrl+K": what is seen should be its name.
document.querySelectorAll(".search-button-field").forEach((button) => button.removeAttribute("aria-label"));
