import type { Viewer } from './login.js';

/** Pages that can be shown after a sign-in. */
const PAGES = /^\/(?:$|symbols$|pipeline$|u\/[^/]+(?:\/statement|\/symbols\/[^/]+)?$)/;

/**
 * The path and query of a page of this server; undefined for everything else, such as an address of another server or
 * what browsers take for one (`//host`, `/\host`).
 */
export function pagePath(text: string | undefined): string | undefined {
  if (text === undefined || text.length > 1_000 || !/^\/(?![/\\])[\x21-\x7e]*$/.test(text)) return undefined;
  const base = 'http://here.invalid';
  if (!URL.canParse(text, base)) return undefined;
  const { origin, pathname, search } = new URL(text, base);
  return origin === base && PAGES.test(pathname) ? pathname + search : undefined;
}

/** The page to show after a sign-in: the wanted one if the viewer may see it, else the viewer's own. */
export function landingOf(viewer: Viewer, wanted: string | undefined): string {
  const path = pagePath(wanted);
  if (viewer.firm) return path ?? '/';
  const own = `/u/${segmentOf(viewer.user ?? '')}`;
  return path === own || path?.startsWith(`${own}/`) === true || path?.startsWith(`${own}?`) === true ? path : own;
}

/** As the pages write it: browsers remove a part `.` or `..` from a path. */
function segmentOf(user: string): string {
  return user === '.' || user === '..' ? `=${user}` : encodeURIComponent(user);
}
