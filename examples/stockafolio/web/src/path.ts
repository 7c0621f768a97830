import { signal } from '@preact/signals';
import { isDay } from './figures/day.js';
import { nameOf } from './user-href.js';

/** The page that an address names. */
export type Place =
  | { readonly page: 'firm'; readonly day: string | undefined }
  | { readonly page: 'symbols'; readonly day: string | undefined }
  | { readonly page: 'pipeline' }
  /** The close beside the live figures, with the comparison of stream and batch. */
  | { readonly page: 'close'; readonly day: string | undefined }
  | { readonly page: 'user'; readonly user: string }
  /** Where to sign in, and why that was not possible or has ended. */
  | { readonly page: 'sign-in'; readonly why: string | undefined }
  /** What happened in a user's account, to be printed. */
  | { readonly page: 'statement'; readonly user: string }
  /** A user's position in a symbol. */
  | { readonly page: 'symbol'; readonly user: string; readonly symbol: string }
  /** An address without a page, and the reason if it is known. */
  | { readonly page: 'none'; readonly why?: 'day' | 'escape' };

/** How long the address bar may be behind a setting, in milliseconds: browsers refuse a change at every key stroke. */
const SETTLED = 250;

/** The visitor's present page. */
export const place = signal<Place>(placeOf(location));

/** The settings of the page that are in its address: sorts, filters and the like. */
export const settings = signal(new URLSearchParams(location.search));

let writing: ReturnType<typeof setTimeout> | undefined;

addEventListener('popstate', arrive);
addEventListener('pagehide', write);

/** Goes to a page without loading the document again. */
export function go(href: string): void {
  write();
  history.pushState(null, '', href);
  arrive();
  scrollTo(0, 0);
}

/** Goes to a page in the place of the present one, to which the way back then does not lead. */
export function goInstead(href: string): void {
  history.replaceState(null, '', href);
  arrive();
}

/** Follows a clicked link without a page load, unless it asks for a new tab or similar. */
export function follow(event: MouseEvent): void {
  const link = event.currentTarget as HTMLAnchorElement;
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(link.href);
}

/** Changes a setting of the present page, and soon its address, so that a link or a reload shows the same. */
export function changeSetting(name: string, value: string | undefined): void {
  const next = new URLSearchParams(settings.peek());
  if (value === undefined) next.delete(name);
  else next.set(name, value);
  settings.value = next;
  clearTimeout(writing);
  writing = setTimeout(write, SETTLED);
}

/** The present page with another value of one setting; without it, if the value is undefined. */
export function hrefWith(name: string, value: string | undefined): string {
  const next = new URLSearchParams(settings.value);
  if (value === undefined) next.delete(name);
  else next.set(name, value);
  return addressOf(next);
}

function write(): void {
  if (writing === undefined) return;
  clearTimeout(writing);
  writing = undefined;
  history.replaceState(history.state, '', addressOf(settings.peek()));
}

function arrive(): void {
  clearTimeout(writing);
  writing = undefined;
  settings.value = new URLSearchParams(location.search);
  place.value = placeOf(location);
}

function addressOf(query: URLSearchParams): string {
  const text = String(query);
  return text === '' ? location.pathname : `${location.pathname}?${text}`;
}

function placeOf({ pathname, search }: { readonly pathname: string; readonly search: string }): Place {
  if (pathname === '/' || pathname === '/symbols' || pathname === '/close') {
    const day = new URLSearchParams(search).get('day') ?? undefined;
    if (day !== undefined && !isDay(day)) return { page: 'none', why: 'day' };
    return { page: pathname === '/' ? 'firm' : pathname === '/close' ? 'close' : 'symbols', day };
  }
  if (pathname === '/sign-in') {
    const query = new URLSearchParams(search);
    return { page: 'sign-in', why: query.get('why') ?? query.get('state') ?? undefined };
  }
  if (pathname === '/pipeline') return { page: 'pipeline' };
  const [, escaped, statement, escapedSymbol] =
    /^\/u\/([^/]+)(?:(\/statement)|\/symbols\/([^/]+))?$/.exec(pathname) ?? [];
  if (escaped === undefined) return { page: 'none' };
  const user = nameOf(escaped);
  if (user === undefined) return { page: 'none', why: 'escape' };
  if (statement !== undefined) return { page: 'statement', user };
  if (escapedSymbol === undefined) return { page: 'user', user };
  const symbol = nameOf(escapedSymbol);
  return symbol === undefined ? { page: 'none', why: 'escape' } : { page: 'symbol', user, symbol };
}
