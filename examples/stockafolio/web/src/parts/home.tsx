import { viewer } from '../live/session.js';
import { follow } from '../path.js';
import { userHref } from '../user-href.js';

/** The link from a page without content to the page that this visitor may see. */
export function Home() {
  const seen = viewer.value;
  const own = seen !== undefined && !seen.firm && seen.user !== null ? seen.user : undefined;
  return (
    <p>
      <a href={own === undefined ? '/' : userHref(own)} onClick={follow}>
        {own === undefined ? "To the firm's page" : 'To your portfolio'}
      </a>
    </p>
  );
}
