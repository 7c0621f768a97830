import { StockafolioError } from '@stockafolio/core';

/** A place behind a network: who is there, where within, and what else was said. */
export interface Place {
  /** What stands between `//` and the next `/`. */
  readonly authority: string;
  /** What follows, without the `/` before it. */
  readonly path: string;
  readonly params: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads `//AUTHORITY/PATH?NAME=VALUE`.
 *
 * @throws ERR_URL_INVALID where it is none, or says what is not understood, or bears a login
 */
export function parsePlace(scheme: string, rest: string, known: readonly string[], forms: readonly string[]): Place {
  const hint = `say one of: ${forms.join(', ')}`;
  const [, authority = '', path = '', query = ''] = /^\/\/([^/?]*)\/?([^?]*)\??(.*)$/s.exec(rest) ?? [];
  if (authority.includes('@')) {
    // Not repeated here: it may be a secret.
    throw new StockafolioError('ERR_URL_INVALID', `a login has no place in the URL of ${scheme}`, {
      hint: 'give it in the environment: an URL is seen by everyone who lists the processes',
    });
  }
  if (authority === '') throw new StockafolioError('ERR_URL_INVALID', `'${scheme}:${rest}' is no place`, { hint });
  const params: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    if (!known.includes(name)) {
      throw new StockafolioError('ERR_URL_INVALID', `the URL of ${scheme} knows no '${name}'`, {
        hint: `after the ? it may say: ${known.join(', ')}`,
      });
    }
    params[name] = value;
  }
  return { authority, path, params };
}
