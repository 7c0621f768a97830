import { useEffect } from 'preact/hooks';
import { learnViewer, signInNeeded } from './live/session.js';
import { FirmPage } from './pages/firm-page.js';
import { MissingPage } from './pages/missing-page.js';
import { SymbolPage } from './pages/symbol-page.js';
import { UserPage } from './pages/user-page.js';
import { Broken } from './parts/broken.js';
import { SignIn } from './parts/sign-in.js';
import { TopBar } from './parts/top-bar.js';
import { place } from './path.js';

/** One of the two dashboards, by the address. */
export function App() {
  useEffect(() => void learnViewer(), []);
  const at = place.value;
  return (
    <>
      <a class="skip" href="#main">
        Skip to the figures
      </a>
      <TopBar />
      <main id="main" tabIndex={-1}>
        <Broken at={JSON.stringify(at)}>
          {signInNeeded.value ? (
            <SignIn />
          ) : at.page === 'firm' ? (
            <FirmPage key={`firm ${at.day ?? ''}`} day={at.day} />
          ) : at.page === 'user' ? (
            <UserPage key={`user ${at.user}`} user={at.user} />
          ) : at.page === 'symbol' ? (
            <SymbolPage key={`symbol ${JSON.stringify([at.user, at.symbol])}`} user={at.user} symbol={at.symbol} />
          ) : (
            <MissingPage why={at.why} />
          )}
        </Broken>
      </main>
    </>
  );
}
