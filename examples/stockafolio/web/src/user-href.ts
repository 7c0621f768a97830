/*
 * Browsers take a part `.` or `..` of an address for a step and remove it, escaped or not. So a user of such a name is written
 * `=.` or `=..`; `encodeURIComponent` writes an equals sign of a name as `%3D`, so no other user is written like that.
 */

/** Where a user's page is. */
export function userHref(user: string): string {
  return `/u/${segmentOf(user)}`;
}

/** Where the API has a user's figures. */
export function userApi(user: string): string {
  return `/api/users/${segmentOf(user)}`;
}

/** Where the API tells what changes of a user. */
export function userStream(user: string): string {
  return `/api/stream/users/${segmentOf(user)}`;
}

/** The user of a part of an address; undefined where it is none. */
export function userOf(segment: string): string | undefined {
  if (segment === '=.' || segment === '=..') return segment.slice(1);
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

function segmentOf(user: string): string {
  return user === '.' || user === '..' ? `=${user}` : encodeURIComponent(user);
}
