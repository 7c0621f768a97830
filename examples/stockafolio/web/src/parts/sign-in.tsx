import { useEffect, useState } from 'preact/hooks';
import { learnLogin, login, signIn, tryAgain, viewer } from '../live/session.js';
import { Title } from './title.js';

/** Why there was no sign-in, as the server says it in the address, and what to do. */
const says: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'signed-out': 'You are signed out.',
    expired: 'That sign-in was not begun in this browser, or took more than ten minutes. Sign in again.',
    declined: 'The sign-in was declined where you sign in. Sign in again, and agree if you are asked.',
    rejected:
      'The server does not accept what it got from where you sign in. Sign in again; if that does not help, tell whoever runs the server: its log says why.',
    'no-access':
      'You are known, but have neither a portfolio nor a role here. Ask whoever runs the server for access, or sign in as somebody else.',
    provider: 'The place where you sign in is silent. Try again in a minute.',
  }),
);

/** Where to sign in: at the provider, or with a token. */
export function SignIn({ why }: { readonly why: string | undefined }) {
  useEffect(() => {
    void learnLogin();
    const look = (): void => void (document.hidden || tryAgain());
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);
  const how = login.value;
  const ended = why === undefined && viewer.value !== undefined;
  const text = ended
    ? 'Your session has ended. Sign in again to go on here.'
    : why === undefined
      ? undefined
      : says.get(why);
  return (
    <section class="message">
      <Title text="Sign in">Sign in</Title>
      {text !== undefined && <p role="status">{text}</p>}
      {how !== undefined && how.login !== 'off' && <Ways address={how.signIn} />}
    </section>
  );
}

function Ways({ address }: { readonly address: string | null }) {
  return address === null ? <ByToken /> : <AtProvider address={address} />;
}

function AtProvider({ address }: { readonly address: string }) {
  const back = location.pathname === '/sign-in' ? '/' : location.pathname + location.search;
  return (
    <>
      <p>This server shows a portfolio to its user only, and the firm to the firm.</p>
      <p>
        <a class="button quiet sign-in-link" href={`${address}?return=${encodeURIComponent(back)}`}>
          Sign in
        </a>
      </p>
    </>
  );
}

/** Asks for the token that the server requires. */
function ByToken() {
  const [wrong, setWrong] = useState(false);
  return (
    <>
      <p>This server shows a portfolio to its user only, and the firm to the firm. It needs your access token.</p>
      <form
        class="sign-in"
        onSubmit={(event) => {
          event.preventDefault();
          const token = String(new FormData(event.currentTarget).get('token') ?? '').trim();
          void signIn(token).then((known) => setWrong(!known));
        }}
      >
        <label for="token">Access token</label>
        <input id="token" name="token" type="password" autocomplete="off" required aria-describedby="token-wrong" />
        <button type="submit">Sign in</button>
        <p id="token-wrong" class="wrong" role="alert">
          {wrong ? 'The server does not know this token, or it has expired.' : ''}
        </p>
      </form>
      <p class="note">It is kept until this tab is closed.</p>
    </>
  );
}
