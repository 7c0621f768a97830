/*
 * Browsers remove a part `.` or `..` from an address, escaped or not. So a user or symbol with such a name is written
 * `=.` or `=..`; `encodeURIComponent` writes an equals sign in a name as `%3D`, so no other one is written like that.
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

/** The address of a user's statement. */
export function statementHref(user: string): string {
  return `${userHref(user)}/statement`;
}

/** The address of a user's page of a symbol. */
export function symbolHref(user: string, symbol: string): string {
  return `${userHref(user)}/symbols/${segmentOf(symbol)}`;
}

/** The API address of a user's position in a symbol. */
export function symbolApi(user: string, symbol: string): string {
  return `${userApi(user)}/symbols/${segmentOf(symbol)}`;
}

/** The API address of the stream of its changes. */
export function symbolStream(user: string, symbol: string): string {
  return `${userStream(user)}/symbols/${segmentOf(symbol)}`;
}

/** The user, or the symbol, in a part of an address; undefined if it is invalid. */
export function nameOf(segment: string): string | undefined {
  if (segment === '=.' || segment === '=..') return segment.slice(1);
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

function segmentOf(name: string): string {
  return name === '.' || name === '..' ? `=${name}` : encodeURIComponent(name);
}
