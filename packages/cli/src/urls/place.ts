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
 * @param known what it may say after the `?`: each name, and how its value looks
 * @throws ERR_URL_INVALID where it is none, or says what is not understood, nothing or two things, or bears a login
 */
export function parsePlace(
  scheme: string,
  rest: string,
  known: Readonly<Record<string, string>>,
  forms: readonly string[],
): Place {
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
    if (!Object.hasOwn(known, name)) {
      throw new StockafolioError('ERR_URL_INVALID', `the URL of ${scheme} knows no '${name}'`, {
        hint: `after the ? it may say: ${Object.keys(known).join(', ')}`,
      });
    }
    if (value === '' || name in params) {
      const fault = value === '' ? `gives '${name}' no value` : `gives '${name}' twice`;
      throw new StockafolioError('ERR_URL_INVALID', `the URL of ${scheme} ${fault}`, {
        hint: `say ${name}=${known[name]} once, or leave it out`,
      });
    }
    params[name] = value;
  }
  return { authority, path, params };
}

/**
 * What a parameter says that is either so or not; it is not so unless told.
 *
 * @throws ERR_URL_INVALID for any word but `true` and `false`: to guess what is meant could leave out what protects
 */
export function yesOrNo(scheme: string, { params }: Place, name: string): boolean {
  const said = params[name] ?? 'false';
  if (said === 'true' || said === 'false') return said === 'true';
  throw new StockafolioError('ERR_URL_INVALID', `the URL of ${scheme} takes no ${name}=${said}`, {
    hint: `say ${name}=true or ${name}=false`,
  });
}
