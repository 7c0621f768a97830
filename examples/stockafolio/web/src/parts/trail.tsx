import { follow } from '../path.js';
import { userHref } from '../user-href.js';

/** The way back to the user's page, above a page below it. */
export function Trail({ user }: { readonly user: string }) {
  return (
    <nav class="trail" aria-label="Trail">
      <a href={userHref(user)} onClick={follow}>
        <span aria-hidden="true">‹ </span>Portfolio of {user}
      </a>
    </nav>
  );
}
