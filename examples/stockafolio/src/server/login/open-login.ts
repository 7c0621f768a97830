import { StockafolioError } from '@stockafolio/core';
import { noLogin, type Login } from './login.js';
import { oidcLogin } from './oidc-login.js';
import { tokenLogin } from './token-login.js';

/**
 * The login that an option names: `off`, `tokens:FILE`, or `oidc:ISSUER?audience=NAME[&user=CLAIM][&roles=CLAIM]`.
 *
 * @throws ERR_USAGE naming the forms
 */
export async function openLogin(text: string): Promise<Login> {
  if (text === 'off') return noLogin;
  const [, scheme, rest = ''] = /^(tokens|oidc):(.+)$/s.exec(text) ?? [];
  if (scheme === 'tokens') return tokenLogin(rest);
  const [issuer = '', query] = rest.split('?');
  const named = new URLSearchParams(query);
  const audience = named.get('audience');
  if (scheme === 'oidc' && /^https?:\/\//.test(issuer) && audience !== null && audience !== '') {
    const [user, roles] = [named.get('user'), named.get('roles')];
    return oidcLogin({
      ...{ issuer, audience },
      ...(user === null ? {} : { userClaim: user }),
      ...(roles === null ? {} : { roleClaim: roles }),
    });
  }
  throw new StockafolioError('ERR_USAGE', `--login: '${text}' is not a login`, {
    hint: 'write off, tokens:FILE, or oidc:ISSUER?audience=NAME',
  });
}
