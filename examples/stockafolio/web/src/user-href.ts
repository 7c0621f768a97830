/*
 * Browsers remove a part `.` or `..` from an address, escaped or not. So a user with such a name is written `=.` or
 * `=..`; `encodeURIComponent` writes an equals sign in a name as `%3D`, so no other user is written like that.
 */

/** The address of a user's page. */
export function userHref(user: string): string {
  return `/u/${segmentOf(user)}`;
}

/** The API address of a user's figures. */
export function userApi(user: string): string {
  return `/api/users/${segmentOf(user)}`;
}

/** The API address of the stream of a user's changes. */
export function userStream(user: string): string {
  return `/api/stream/users/${segmentOf(user)}`;
}

/** The user in a part of an address; undefined if it is invalid. */
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
