/*
 * A user may be called `.` or `..`, but browsers remove such a part from a path, escaped or not. So in paths these
 * users are written `=.` and `=..`, and symbols likewise. A user who really has the name `=.` is written `%3D.`, as every encoder of path
 * parts does.
 */
const DOTS = /^(\/(?:u|api\/users|api\/stream\/users))\/=(\.\.?)(?=[/?#]|$)/;
/** The same of a symbol below a user. */
const SYMBOL_DOTS = /^(\/(?:u|api\/users|api\/stream\/users)\/[^/?#]+\/symbols)\/=(\.\.?)(?=[/?#]|$)/;

/** The intended address, without a host, and with a user's dots escaped so that the router treats them as a name. */
export function withDots(url: string): string {
  return url
    .replace(/^https?:\/\/[^/?#]*/i, '')
    .replace(DOTS, escaped)
    .replace(SYMBOL_DOTS, escaped);
}

function escaped(_all: string, path: string, dots: string): string {
  return `${path}/${'%2e'.repeat(dots.length)}`;
}
