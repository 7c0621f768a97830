import { signal } from '@preact/signals';

/** The visitor's clock, once a second, for displayed ages. */
export const now = signal(Date.now());

setInterval(() => {
  if (!document.hidden) now.value = Date.now();
}, 1_000);
