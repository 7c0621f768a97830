import { StockafolioError } from '@stockafolio/core';

/** A location from the command line, such as `log:DIR`: the scheme, and what follows the colon. */
export interface Location {
  readonly scheme: string;
  readonly rest: string;
}

/** @throws ERR_URL_INVALID listing the supported forms */
export function parseLocation(text: string, what: string, forms: readonly string[]): Location {
  const match = /^([a-z][a-z0-9+]*):(.*)$/s.exec(text);
  const [, scheme, rest] = match ?? [];
  if (
    scheme === undefined ||
    rest === undefined ||
    rest === '' ||
    !forms.some((form) => form.startsWith(`${scheme}:`))
  ) {
    throw new StockafolioError('ERR_URL_INVALID', `'${text}' is not a location for ${what}`, {
      hint: `use one of: ${forms.join(', ')}`,
    });
  }
  return { scheme, rest };
}
