import { signal } from '@preact/signals';

/** What the address names. */
export type Place =
  | { readonly page: 'firm'; readonly day: string | undefined }
  | { readonly page: 'user'; readonly user: string }
  | { readonly page: 'none' };

/** Where the visitor is. */
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

/** Lets a click on a link go without a load, unless it asks for a new tab or the like. */
export function follow(event: MouseEvent): void {
  const link = event.currentTarget as HTMLAnchorElement;
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(link.href);
}

export function userHref(user: string): string {
  return `/u/${encodeURIComponent(user)}`;
}

function placeOf({ pathname, search }: { readonly pathname: string; readonly search: string }): Place {
  if (pathname === '/') return { page: 'firm', day: new URLSearchParams(search).get('day') ?? undefined };
  const [, escaped] = /^\/u\/([^/]+)$/.exec(pathname) ?? [];
  if (escaped === undefined) return { page: 'none' };
  try {
    return { page: 'user', user: decodeURIComponent(escaped) };
  } catch {
    return { page: 'none' };
  }
}
