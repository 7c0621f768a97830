import { duration } from '../figures/numbers.js';
import { now } from '../figures/now.js';
import type { Connection, Live } from '../live/live.js';

/** Without a change for this long the market is quiet, which is not an error. */
const QUIET = 15_000;

const says: Readonly<Record<Connection, string>> = {
  connecting: 'Connecting',
  live: 'Live',
  stale: 'Stale: nothing is heard, trying again',
  troubled: 'The tables cannot be read',
  lost: 'Connection lost: trying again',
  busy: 'No room at the server: trying again',
  refused: 'Not shown',
};

/**
 * Whether the shown figures are up to date, and since when they have not changed.
 *
 * `over`: of a day that has ended.
 */
export function Status({ live, over = false }: { readonly live: Live; readonly over?: boolean }) {
  const connection = live.connection.value;
  const changed = live.changed.value;
  const age = changed === undefined ? 0 : Math.max(0, now.value - changed);
  const quiet = connection === 'live' && age > QUIET;
  const past = connection === 'live' && over;
  return (
    <p class={`status status-${past ? 'past' : connection}`}>
      <span class="dot" aria-hidden="true" />
      <span role="status">{past ? 'A past day' : quiet ? 'Live, no trades at the moment' : says[connection]}</span>
      {changed !== undefined && !past && (
        <span class="updated">
          Last updated{' '}
          <time dateTime={new Date(changed).toISOString()}>{age < 2_000 ? 'just now' : `${duration(age)} ago`}</time>
        </span>
      )}
    </p>
  );
}
