import { signal } from '@preact/signals';
import { keep, kept } from '../kept.js';
import { signInNeeded } from '../live/session.js';

const KEY = 'stockafolio-slash';

/** Whether the palette is shown. */
export const paletteIsOpen = signal(false);

/**
 * Whether the key `/` opens it. Who speaks to the computer, or presses keys by accident, can turn it off (WCAG 2.2,
 * 2.1.4).
 */
export const slashOpens = signal(kept(KEY) !== 'off');

export function openPalette(): void {
  if (!signInNeeded.peek()) paletteIsOpen.value = true;
}

export function toggleSlash(): void {
  slashOpens.value = !slashOpens.value;
  keep(KEY, slashOpens.value ? 'on' : 'off');
}

addEventListener('keydown', (event) => {
  const slash = event.key === '/' && !event.ctrlKey && !event.metaKey && !event.altKey && slashOpens.peek();
  const withControl = event.key === 'k' && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
  if (!withControl && (!slash || isText(event.target))) return;
  event.preventDefault();
  openPalette();
});

/** Whether a key types a character there. */
function isText(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'));
}
