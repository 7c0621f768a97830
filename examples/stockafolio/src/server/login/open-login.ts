import { StockafolioError } from '@stockafolio/core';
import { noLogin, type Login } from './login.js';
import { oidcLogin, type OidcOptions } from './oidc-login.js';
import { tokenLogin } from './token-login.js';

/** The parameters of `oidc:ISSUER?...`, and the options that they are. */
const PARAMETERS: ReadonlyMap<string, Exclude<keyof OidcOptions, 'issuer' | 'clientSecret'>> = new Map([
  ...([
    ['audience', 'audience'],
    ['user', 'userClaim'],
    ['roles', 'roleClaim'],
    ['firm', 'firmRole'],
  ] as const),
  ...([
    ['client', 'client'],
    ['scope', 'scope'],
    ['resource', 'resource'],
  ] as const),
]);

/**
 * The login that an option names: `off`, `tokens:FILE`, or `oidc:ISSUER?audience=NAME` with more parameters, of which
 * `client=ID` lets people sign in at the provider.
 *
 * @param clientSecret of that client; undefined for a public one
 * @throws ERR_USAGE naming the forms
 */
export async function openLogin(text: string, clientSecret?: string): Promise<Login> {
  if (text === 'off') return noLogin;
  const [, scheme, rest = ''] = /^(tokens|oidc):(.+)$/s.exec(text) ?? [];
  if (scheme === 'tokens') return tokenLogin(rest);
  const at = rest.indexOf('?');
  const issuer = at < 0 ? rest : rest.slice(0, at);
  const named = new URLSearchParams(at < 0 ? '' : rest.slice(at + 1));
  const audience = named.get('audience');
  if (scheme !== 'oidc' || !/^https?:\/\//.test(issuer) || audience === null || audience === '') {
    throw new StockafolioError('ERR_USAGE', `--login: '${text}' is not a login`, {
      hint: 'write off, tokens:FILE, or oidc:ISSUER?audience=NAME',
    });
  }
  const options: Partial<Record<keyof OidcOptions, string>> = {};
  for (const [name, value] of named) {
    const option = PARAMETERS.get(name);
    if (option === undefined || value === '' || options[option] !== undefined) {
      throw new StockafolioError('ERR_USAGE', `--login: the parameter '${name}' is unknown, empty or there twice`, {
        hint: `write each of ${[...PARAMETERS.keys()].join(', ')} once, with special characters escaped as in a URL`,
      });
    }
    options[option] = value;
  }
  return oidcLogin({ ...options, issuer, audience, ...(clientSecret === undefined ? {} : { clientSecret }) });
}
