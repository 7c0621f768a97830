import { effect, signal } from '@preact/signals';
import type { WireFirm } from '@stockafolio/example/api';
import { ask } from '../live/session.js';
import { go, place } from '../path.js';
import { userHref } from '../user-href.js';

/** How long each user is shown, in milliseconds. */
const EACH = 8_000;

const looping = signal(false);

effect(() => {
  if (place.value.page !== 'user') looping.value = false;
});

effect(() => {
  if (!looping.value) return;
  let users: readonly string[] = [];
  let next = 0;
  const step = async (): Promise<void> => {
    try {
      if (next >= users.length) {
        users = (await ask<WireFirm>('/api/firm')).byValue.map(({ user }) => user);
        next = 0;
      }
      const user = users[next++];
      if (user !== undefined && looping.peek()) go(userHref(user));
    } catch {
      looping.value = false;
    }
  };
  void step();
  const timer = setInterval(() => void step(), EACH);
  return () => clearInterval(timer);
});

/** Shows one top trader after the other, for a demonstration. */
export function LoopButton() {
  return (
    <button
      type="button"
      class="quiet"
      aria-pressed={looping.value}
      onClick={() => {
        looping.value = !looping.value;
      }}
    >
      {looping.value ? 'Stop the loop' : 'Loop through users'}
    </button>
  );
}
