import { StockafolioError } from '@stockafolio/core';

/** A remote location: its server, the path there, and the parameters. */
export interface Place {
  /** The part between `//` and the next `/`. */
  readonly authority: string;
  /** The part after it, without the leading `/`. */
  readonly path: string;
  readonly params: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads `//AUTHORITY/PATH?NAME=VALUE`.
 *
 * @param known the allowed parameters: each name, and the form of its value
 * @throws ERR_URL_INVALID if it is not valid, has an unknown, empty or repeated parameter, or contains a login
 */
export function parsePlace(
  scheme: string,
  rest: string,
  known: Readonly<Record<string, string>>,
  forms: readonly string[],
): Place {
  const hint = `use one of: ${forms.join(', ')}`;
  const [, authority = '', path = '', query = ''] = /^\/\/([^/?]*)\/?([^?]*)\??(.*)$/s.exec(rest) ?? [];
  if (authority.includes('@')) {
    // Not repeated here: it may be a secret.
    throw new StockafolioError('ERR_URL_INVALID', `the URL of ${scheme} must not contain a login`, {
      hint: 'set it in the environment: everyone who lists the processes can see a URL',
    });
  }
  if (authority === '')
    throw new StockafolioError('ERR_URL_INVALID', `'${scheme}:${rest}' is not a valid URL`, { hint });
  const params: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    if (!Object.hasOwn(known, name)) {
      throw new StockafolioError('ERR_URL_INVALID', `the URL of ${scheme} has no parameter '${name}'`, {
        hint: `its parameters are: ${Object.keys(known).join(', ')}`,
      });
    }
    if (value === '' || name in params) {
      const fault = value === '' ? `gives '${name}' no value` : `gives '${name}' twice`;
      throw new StockafolioError('ERR_URL_INVALID', `the URL of ${scheme} ${fault}`, {
        hint: `write ${name}=${known[name]} once, or omit it`,
      });
    }
    params[name] = value;
  }
  return { authority, path, params };
}

/**
 * The value of a boolean parameter; defaults to false.
 *
 * @throws ERR_URL_INVALID for any word but `true` and `false`: a guess could disable a protection
 */
export function yesOrNo(scheme: string, { params }: Place, name: string): boolean {
  const said = params[name] ?? 'false';
  if (said === 'true' || said === 'false') return said === 'true';
  throw new StockafolioError('ERR_URL_INVALID', `the URL of ${scheme} does not allow ${name}=${said}`, {
    hint: `write ${name}=true or ${name}=false`,
  });
}
