import { viewer } from '../live/session.js';
import { follow } from '../path.js';
import { userHref } from '../user-href.js';

/** The page of this visitor: a user's own, or the firm's. */
export function homeHref(): string {
  const own = ownUser();
  return own === undefined ? '/' : userHref(own);
}

/** The user who sees only the own page; undefined for the firm, and as long as nothing is known. */
export function ownUser(): string | undefined {
  const seen = viewer.value;
  return seen !== undefined && !seen.firm && seen.user !== null ? seen.user : undefined;
}

/** The link from a page without content to the page that this visitor may see. */
export function Home() {
  return (
    <p>
      <a href={homeHref()} onClick={follow}>
        {ownUser() === undefined ? "To the firm's page" : 'To your portfolio'}
      </a>
    </p>
  );
}
