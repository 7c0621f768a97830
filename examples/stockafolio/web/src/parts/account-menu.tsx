import { useState } from 'preact/hooks';
import type { WireViewer } from '@stockafolio/example/api';
import { signOut, viewer } from '../live/session.js';
import { follow } from '../path.js';
import { userHref } from '../user-href.js';

const MENU = 'account-menu';

/** Who is signed in, in which role, and the way out; nothing if nobody has to sign in. */
export function AccountMenu() {
  const seen = viewer.value;
  if (seen === undefined || seen.login === 'off') return null;
  const name = nameOf(seen);
  return (
    <>
      <button type="button" class="quiet icon" popovertarget={MENU} aria-label={`Account: ${name}`}>
        <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
          <path d="M10 10.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM3.5 17a6.5 6.5 0 0 1 13 0" />
        </svg>
      </button>
      <div id={MENU} popover="auto" class="account-menu" role="dialog" aria-label="Account">
        <Content seen={seen} name={name} />
      </div>
    </>
  );
}

function Content({ seen, name }: { readonly seen: WireViewer; readonly name: string }) {
  const [failed, setFailed] = useState(false);
  const { user, firm } = seen;
  return (
    <>
      <p class="account-menu-name">{name}</p>
      <dl>
        <dt>Role</dt>
        <dd>{firm ? 'Operator of the firm' : 'Customer'}</dd>
        {user !== null && (
          <>
            <dt>Portfolio</dt>
            <dd>
              <a href={userHref(user)} onClick={follow}>
                {user}
              </a>
            </dd>
          </>
        )}
      </dl>
      <div class="account-menu-acts">
        <button type="button" class="quiet" onClick={() => void signOut().catch(() => setFailed(true))}>
          Sign out
        </button>
      </div>
      <p class="wrong" role="alert">
        {failed ? 'The server does not answer, so you are still signed in. Try again.' : ''}
      </p>
    </>
  );
}

function nameOf({ name, user, firm }: WireViewer): string {
  return name ?? user ?? (firm ? 'The firm' : 'Unknown');
}
