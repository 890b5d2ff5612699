// Before the first paint: the colours that were chosen last time, so that the page does not flash in the others.
try {
  const theme = localStorage.getItem('theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // No storage: the system's choice it is.
}
