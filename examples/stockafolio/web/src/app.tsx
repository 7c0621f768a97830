import { useEffect } from 'preact/hooks';
import { learnViewer, signInNeeded, viewer } from './live/session.js';
import { later } from './pages/later.js';
import { MissingPage } from './pages/missing-page.js';
import { Broken } from './parts/broken.js';
import { homeHref } from './parts/home.js';
import { SignIn } from './parts/sign-in.js';
import {
  closeSkeleton,
  firmSkeleton,
  pipelineSkeleton,
  statementSkeleton,
  symbolSkeleton,
  symbolsSkeleton,
  userSkeleton,
} from './parts/skeleton.js';
import { TopBar } from './parts/top-bar.js';
import { Palette } from './palette/palette.js';
import { paletteIsOpen } from './palette/palette-open.js';
import { goInstead, place, type Place } from './path.js';

/* The code of a page is loaded with its first visit. */
const FirmPage = later(async () => (await import('./pages/firm-page.js')).FirmPage, firmSkeleton);
const ClosePage = later(async () => (await import('./pages/close-page.js')).ClosePage, closeSkeleton);
const PipelinePage = later(async () => (await import('./pages/pipeline-page.js')).PipelinePage, pipelineSkeleton);
const UserPage = later(async () => (await import('./pages/user-page.js')).UserPage, userSkeleton);
const StatementPage = later(async () => (await import('./pages/statement-page.js')).StatementPage, statementSkeleton);
const SymbolPage = later(async () => (await import('./pages/symbol-page.js')).SymbolPage, symbolSkeleton);
const SymbolsPage = later(async () => (await import('./pages/symbols-page.js')).SymbolsPage, symbolsSkeleton);

/** The page of the address, below the bar that all pages have. */
export function App() {
  useEffect(() => {
    void learnViewer();
    // A page that the way back has brought from memory may be one of before a sign-out.
    const look = ({ persisted }: PageTransitionEvent): void => void (persisted && learnViewer());
    addEventListener('pageshow', look);
    return () => removeEventListener('pageshow', look);
  }, []);
  const at = place.value;
  const home = homeHref();
  useEffect(() => {
    // Whoever is signed in begins with the own page. An effect comes late: the visitor may be elsewhere by now.
    if (isEntrance(place.peek()) && viewer.value !== undefined && location.pathname !== home) goInstead(home);
  }, [at, home, viewer.value]);
  return (
    <>
      <a class="skip" href="#main">
        Skip to the figures
      </a>
      <TopBar />
      {paletteIsOpen.value && <Palette />}
      <main id="main" tabIndex={-1}>
        <Broken at={JSON.stringify(at)}>
          {signInNeeded.value && at.page !== 'sign-in' ? <SignIn why={undefined} /> : <PageOf at={at} />}
        </Broken>
      </main>
    </>
  );
}

/** Whether somebody who is signed in has come to the site, and not to a page of it. */
function isEntrance(at: Place): boolean {
  return at.page === 'sign-in' || (at.page === 'firm' && at.day === undefined);
}

function PageOf({ at }: { readonly at: Place }) {
  switch (at.page) {
    case 'firm':
      return <FirmPage key={`firm ${at.day ?? ''}`} day={at.day} />;
    case 'symbols':
      return <SymbolsPage key={`symbols ${at.day ?? ''}`} day={at.day} />;
    case 'close':
      return <ClosePage key={`close ${at.day ?? ''}`} day={at.day} />;
    case 'pipeline':
      return <PipelinePage />;
    case 'user':
      return <UserPage key={`user ${at.user}`} user={at.user} />;
    case 'statement':
      return <StatementPage key={`statement ${at.user}`} user={at.user} />;
    case 'symbol':
      return <SymbolPage key={`symbol ${JSON.stringify([at.user, at.symbol])}`} user={at.user} symbol={at.symbol} />;
    case 'sign-in':
      return <SignIn why={at.why} />;
    case 'none':
      return <MissingPage why={at.why} />;
  }
}
