import mark from '../mark.svg';
import { signOut, viewer } from '../live/session.js';
import { follow, place } from '../path.js';
import { theme, toggleTheme } from '../theme.js';
import { Search } from './search.js';

/** The bar at the top of both pages. */
export function TopBar() {
  const seen = viewer.value;
  const dark = theme.value === 'dark';
  return (
    <header class="top">
      <a class="brand" href="/" onClick={follow} {...(place.value.page === 'firm' ? { 'aria-current': 'page' } : {})}>
        <img src={mark} alt="" width="28" height="28" />
        <span>
          Stockafolio<span class="brand-page">Firm</span>
        </span>
      </a>
      {seen?.firm !== false && <Search />}
      <div class="top-end">
        {seen !== undefined && seen.login !== 'off' && (
          <button type="button" class="quiet" onClick={signOut}>
            Sign out
          </button>
        )}
        <button type="button" class="quiet icon" aria-label={dark ? 'Light theme' : 'Dark theme'} onClick={toggleTheme}>
          <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
            {dark ? (
              <path d="M10 5.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM10 1v2M10 17v2M1 10h2M17 10h2M3.6 3.6 5 5M15 15l1.4 1.4M16.4 3.6 15 5M5 15l-1.4 1.4" />
            ) : (
              <path d="M17 12.5A7.5 7.5 0 0 1 7.5 3a7.5 7.5 0 1 0 9.5 9.5Z" />
            )}
          </svg>
        </button>
      </div>
    </header>
  );
}
