import { signal } from '@preact/signals';

/** As in the style sheets. */
const query = matchMedia('(max-width: 719px)');

/** Whether the window is as narrow as a phone. */
export const narrow = signal(query.matches);

query.addEventListener('change', () => {
  narrow.value = query.matches;
});
