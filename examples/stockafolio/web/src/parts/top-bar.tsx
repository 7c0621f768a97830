import mark from '../mark.svg';
import { signInNeeded, viewer } from '../live/session.js';
import { openPalette } from '../palette/palette-open.js';
import { follow, place } from '../path.js';
import { theme, toggleTheme } from '../theme.js';
import { AccountMenu } from './account-menu.js';
import { firmPages } from './firm-pages.js';
import { homeHref } from './home.js';

/** The bar at the top of all pages. */
export function TopBar() {
  const seen = viewer.value;
  const dark = theme.value === 'dark';
  return (
    <header class="top">
      <a class="brand" href={homeHref()} onClick={follow}>
        <img src={mark} alt="" width="28" height="28" />
        <span>Stockafolio</span>
      </a>
      {seen?.firm !== false && !signInNeeded.value && (
        <nav class="pages" aria-label="Pages of the firm">
          {firmPages.map(({ page, href, title }) => (
            <a
              key={page}
              href={href}
              onClick={follow}
              {...(place.value.page === page ? { 'aria-current': 'page' as const } : {})}
            >
              {title}
            </a>
          ))}
        </nav>
      )}
      <button
        type="button"
        class="quiet find"
        aria-haspopup="dialog"
        aria-keyshortcuts="/ Control+K"
        onClick={openPalette}
      >
        <svg viewBox="0 0 20 20" width="16" height="16" aria-hidden="true">
          <path d="M9 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11ZM13 13l4 4" />
        </svg>
        <span class="find-text">{seen?.firm === false ? 'Go to' : 'Find a user or symbol'}</span>
        <kbd aria-hidden="true">/</kbd>
      </button>
      <div class="top-end">
        <AccountMenu />
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
