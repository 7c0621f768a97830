/*
 * A user may be called `.` or `..`, but browsers take such a part of a path for a step and remove it, escaped or not. So in
 * paths these users are written `=.` and `=..`. A user who really has such a name is written `%3D.`, as every encoder of
 * parts of a path writes it.
 */
const DOTS = /^(\/(?:u|api\/users|api\/stream\/users))\/=(\.\.?)(?=[/?#]|$)/;

/** The address that is meant, without a host, and with the dots of a user escaped so that the router takes them for a name. */
export function withDots(url: string): string {
  return url
    .replace(/^https?:\/\/[^/?#]*/i, '')
    .replace(DOTS, (_all, path: string, dots: string) => `${path}/${'%2e'.repeat(dots.length)}`);
}
