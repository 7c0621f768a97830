import { signal } from '@preact/signals';
import { isDay } from './figures/day.js';
import { nameOf } from './user-href.js';

/** The page that an address names. */
export type Place =
  | { readonly page: 'firm'; readonly day: string | undefined }
  | { readonly page: 'user'; readonly user: string }
  /** A user's position in a symbol. */
  | { readonly page: 'symbol'; readonly user: string; readonly symbol: string }
  /** An address without a page, and the reason if it is known. */
  | { readonly page: 'none'; readonly why?: 'day' | 'escape' };

/** The visitor's present page. */
export const place = signal<Place>(placeOf(location));

addEventListener('popstate', () => {
  place.value = placeOf(location);
});

/** Goes to a page without loading the document again. */
export function go(href: string): void {
  history.pushState(null, '', href);
  place.value = placeOf(location);
  scrollTo(0, 0);
}

/** Follows a clicked link without a page load, unless it asks for a new tab or similar. */
export function follow(event: MouseEvent): void {
  const link = event.currentTarget as HTMLAnchorElement;
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(link.href);
}

function placeOf({ pathname, search }: { readonly pathname: string; readonly search: string }): Place {
  if (pathname === '/') {
    const day = new URLSearchParams(search).get('day') ?? undefined;
    return day === undefined || isDay(day) ? { page: 'firm', day } : { page: 'none', why: 'day' };
  }
  const [, escaped, escapedSymbol] = /^\/u\/([^/]+)(?:\/symbols\/([^/]+))?$/.exec(pathname) ?? [];
  if (escaped === undefined) return { page: 'none' };
  const user = nameOf(escaped);
  if (user === undefined) return { page: 'none', why: 'escape' };
  if (escapedSymbol === undefined) return { page: 'user', user };
  const symbol = nameOf(escapedSymbol);
  return symbol === undefined ? { page: 'none', why: 'escape' } : { page: 'symbol', user, symbol };
}
