// What must have happened before the page is painted, and before its script runs.

// The colours that were chosen last time, so that the page does not flash in the others.
try {
  const theme = localStorage.getItem('theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // No storage: the system's choice it is.
}

// Where the system's locale is a POSIX one (LANG=C.UTF-8), Chromium's language is `en-US@posix`, which is no language tag:
// Intl throws at it, and uPlot asks Intl while it is imported.
try {
  Intl.getCanonicalLocales(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: navigator.language.split(/[@.]/)[0], configurable: true });
}
