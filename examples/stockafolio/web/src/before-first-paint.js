/* The theme is set before anything is drawn, so that a dark page does not begin with a white flash. See theme.ts. */
(() => {
  let chosen;
  try {
    chosen = localStorage.getItem('stockafolio-theme');
  } catch {
    // Not kept: the system's theme.
  }
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.dataset.theme = chosen === 'light' || chosen === 'dark' ? chosen : dark ? 'dark' : 'light';
})();
