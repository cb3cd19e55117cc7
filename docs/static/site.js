// The theme names its search button "Search" though it shows "Search Ctrl+K", or, where the window is narrow, no word at
// all: what it says where there is room is its name.
document.querySelectorAll(".search-button-field").forEach((button) => {
  button.setAttribute("aria-label", button.textContent.replace(/\s+/g, " ").trim());
});
