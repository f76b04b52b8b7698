// The reader's choice of appearance and text size, before the first paint. It never leaves the browser.
try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  const size = localStorage.getItem("size");
  if (size === "small" || size === "large") document.documentElement.dataset.size = size;
} catch {}
