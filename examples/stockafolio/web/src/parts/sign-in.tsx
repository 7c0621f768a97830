import { useState } from 'preact/hooks';
import { signIn } from '../live/session.js';

/** Asks for the token that the server requires. */
export function SignIn() {
  const [wrong, setWrong] = useState(false);
  return (
    <section class="message">
      <h1>Sign in</h1>
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
    </section>
  );
}
