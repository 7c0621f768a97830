import { effect, signal } from '@preact/signals';
import { kept, keep } from './kept.js';

export type Theme = 'light' | 'dark';

const KEY = 'stockafolio-theme';
const prefersDark = matchMedia('(prefers-color-scheme: dark)');

/** The system's theme, unless the visitor has chosen one. `before-first-paint.js` decides alike. */
export const theme = signal<Theme>(wanted());

prefersDark.addEventListener('change', () => (theme.value = wanted()));
// Paper is light. The plots are drawn in the colours of the theme, so the style sheet alone cannot do it.
addEventListener('beforeprint', () => (theme.value = 'light'));
addEventListener('afterprint', () => (theme.value = wanted()));

effect(() => {
  document.documentElement.dataset['theme'] = theme.value;
});

export function toggleTheme(): void {
  theme.value = theme.value === 'dark' ? 'light' : 'dark';
  keep(KEY, theme.value);
}

function wanted(): Theme {
  const chosen = kept(KEY);
  return chosen === 'light' || chosen === 'dark' ? chosen : prefersDark.matches ? 'dark' : 'light';
}
