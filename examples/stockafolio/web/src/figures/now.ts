import { signal } from '@preact/signals';

/** The visitor's clock, once a second, for ages that are shown. */
export const now = signal(Date.now());

setInterval(() => {
  if (!document.hidden) now.value = Date.now();
}, 1_000);
