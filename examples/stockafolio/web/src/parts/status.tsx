import { duration } from '../figures/numbers.js';
import { now } from '../figures/now.js';
import type { Connection, Live } from '../live/live.js';

/** Without a change for so long the market is quiet, which is no fault. */
const QUIET = 15_000;

const says: Readonly<Record<Connection, string>> = {
  connecting: 'Connecting',
  live: 'Live',
  stale: 'Stale: nothing is heard, trying again',
  troubled: 'The tables cannot be read',
  lost: 'Connection lost: trying again',
  refused: 'Not shown',
};

/** Whether what is shown is up to date, and since when it has not changed. */
export function Status({ live }: { readonly live: Live }) {
  const connection = live.connection.value;
  const changed = live.changed.value;
  const age = changed === undefined ? 0 : Math.max(0, now.value - changed);
  const quiet = connection === 'live' && age > QUIET;
  return (
    <p class={`status status-${connection}`}>
      <span class="dot" aria-hidden="true" />
      <span role="status">{quiet ? 'Live, no trades at the moment' : says[connection]}</span>
      {changed !== undefined && (
        <span class="updated">
          Last updated{' '}
          <time dateTime={new Date(changed).toISOString()}>{age < 2_000 ? 'just now' : `${duration(age)} ago`}</time>
        </span>
      )}
    </p>
  );
}
