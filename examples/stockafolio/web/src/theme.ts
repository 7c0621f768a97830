import { effect, signal } from '@preact/signals';

export type Theme = 'light' | 'dark';

const KEY = 'stockafolio-theme';
const prefersDark = matchMedia('(prefers-color-scheme: dark)');

/** The system's theme, unless the visitor has chosen one. */
export const theme = signal<Theme>(chosen() ?? (prefersDark.matches ? 'dark' : 'light'));

prefersDark.addEventListener('change', () => {
  if (chosen() === undefined) theme.value = prefersDark.matches ? 'dark' : 'light';
});

effect(() => {
  document.documentElement.dataset['theme'] = theme.value;
});

export function toggleTheme(): void {
  theme.value = theme.value === 'dark' ? 'light' : 'dark';
  localStorage.setItem(KEY, theme.value);
}

function chosen(): Theme | undefined {
  const kept = localStorage.getItem(KEY);
  return kept === 'light' || kept === 'dark' ? kept : undefined;
}
