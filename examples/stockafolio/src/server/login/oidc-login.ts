import { isStockafolioError, messageOf, StockafolioError } from '@stockafolio/core';
import { createRemoteJWKSet, jwtVerify, type JWTPayload } from 'jose';
import type { Login } from './login.js';

export interface OidcOptions {
  /** Of the tokens, and where the provider says how they are signed. */
  readonly issuer: string;
  /** Whom tokens must be meant for. */
  readonly audience: string;
  /** The claim that is the user's id; `sub` unless told. */
  readonly userClaim?: string;
  /** The claim, a text or a list of them, in which `firm` stands for those who may see the firm; `roles` unless told. */
  readonly roleClaim?: string;
}

/** Only signatures that nobody can make who knows the provider's public keys. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/**
 * A login by the signed access tokens of an OpenID Connect provider, whose keys are looked up where it says.
 *
 * @throws ERR_USAGE where the provider cannot be asked, or is not the issuer that was named
 */
export async function oidcLogin(options: OidcOptions): Promise<Login> {
  const { issuer, audience, userClaim = 'sub', roleClaim = 'roles' } = options;
  const keys = createRemoteJWKSet(await keysOf(issuer));
  return {
    kind: 'oidc',
    viewerOf: async (token) => {
      if (token === undefined) return undefined;
      let claims: JWTPayload;
      try {
        ({ payload: claims } = await jwtVerify(token, keys, {
          issuer,
          audience,
          algorithms: ALGORITHMS,
          requiredClaims: ['exp'],
        }));
      } catch {
        return undefined;
      }
      const user = claims[userClaim];
      const roles = claims[roleClaim];
      return {
        ...(typeof user === 'string' && user !== '' ? { user } : {}),
        firm: roles === 'firm' || (Array.isArray(roles) && roles.includes('firm')),
        expires: (claims.exp ?? 0) * 1000,
      };
    },
  };
}

async function keysOf(issuer: string): Promise<URL> {
  const place = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  try {
    const response = await fetch(place, { signal: AbortSignal.timeout(10_000) });
    if (!response.ok) throw new Error(`${place} answers ${response.status}`);
    const found = (await response.json()) as { readonly issuer?: unknown; readonly jwks_uri?: unknown };
    if (found.issuer !== issuer) {
      throw new StockafolioError('ERR_USAGE', `--login: ${place} is of the issuer '${String(found.issuer)}'`, {
        hint: 'name the issuer exactly as its own configuration does',
      });
    }
    return new URL(String(found.jwks_uri));
  } catch (cause) {
    if (isStockafolioError(cause)) throw cause;
    throw new StockafolioError('ERR_USAGE', `--login: the provider cannot be asked: ${messageOf(cause)}`, {
      cause,
      hint: 'check the issuer of oidc:ISSUER?audience=NAME',
    });
  }
}
