import type { JWTHeaderParameters, JWTPayload } from 'jose';

/** Claims that only ID tokens and the like have (OpenID Connect Core 2 and 3.3.2.11). */
const OF_ID_TOKENS = ['nonce', 'at_hash', 'c_hash', 's_hash'];

/**
 * Whether a verified token is an access token, which is meant for a server, and not an ID token, which any program with
 * a sign-in has.
 *
 * By RFC 9068 an access token has the `typ` `at+jwt`. Providers that do not follow it mark their access tokens by a
 * claim: Keycloak by `typ: Bearer`, Cognito by `token_use: access`, others by the granted `scope` or `scp`. A token
 * with none of these, or with a mark of another kind, is not an access token.
 */
export function isAccessToken({ typ }: JWTHeaderParameters, claims: JWTPayload): boolean {
  const type = typ?.toLowerCase().replace(/^application\//, '');
  if (type === 'at+jwt') return true;
  if (type !== undefined && type !== 'jwt') return false;
  if (claims['token_use'] !== undefined) return claims['token_use'] === 'access';
  if (claims['typ'] !== undefined) return claims['typ'] === 'Bearer';
  if (OF_ID_TOKENS.some((name) => claims[name] !== undefined)) return false;
  return isGranted(claims['scope']) || isGranted(claims['scp']);
}

function isGranted(scope: unknown): boolean {
  return (typeof scope === 'string' && scope !== '') || (Array.isArray(scope) && scope.length > 0);
}
