import { isStockafolioError, messageOf, StockafolioError } from '@stockafolio/core';
import { createRemoteJWKSet, jwtVerify, type JWTPayload } from 'jose';
import { isLoopback } from '../loopback.js';
import { isAccessToken } from './access-token.js';
import type { Login } from './login.js';

export interface OidcOptions {
  /** The issuer of the tokens; its configuration names its keys. */
  readonly issuer: string;
  /** The audience that tokens must name. */
  readonly audience: string;
  /** The claim that is the user's id; defaults to `sub`. */
  readonly userClaim?: string;
  /** The claim, a text or a list of texts, in which `firm` gives access to the firm's page; defaults to `roles`. */
  readonly roleClaim?: string;
}

/** Only signatures that cannot be made with the provider's public keys. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/**
 * A login with the signed access tokens of an OpenID Connect provider; its keys are read from the address that it
 * names. Its ID tokens, which tell a program who has signed in there, are not accepted.
 *
 * @throws ERR_USAGE if the provider cannot be contacted, or is not the named issuer
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
        const verified = await jwtVerify(token, keys, {
          ...{ issuer, audience, algorithms: ALGORITHMS },
          requiredClaims: ['exp'],
        });
        if (!isAccessToken(verified.protectedHeader, verified.payload)) return undefined;
        claims = verified.payload;
      } catch {
        return undefined;
      }
      const user = claims[userClaim];
      const roles = claims[roleClaim];
      return {
        id: `${issuer} ${claims.sub ?? (typeof user === 'string' ? user : '')}`,
        ...(typeof user === 'string' && user !== '' ? { user } : {}),
        firm: roles === 'firm' || (Array.isArray(roles) && roles.includes('firm')),
        expires: (claims.exp ?? 0) * 1000,
      };
    },
  };
}

async function keysOf(issuer: string): Promise<URL> {
  mustBePrivate(issuer);
  const place = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  try {
    const response = await fetch(place, { signal: AbortSignal.timeout(10_000), redirect: 'error' });
    if (!response.ok) throw new Error(`${place} answers ${response.status}`);
    const found = (await response.json()) as { readonly issuer?: unknown; readonly jwks_uri?: unknown };
    if (found.issuer !== issuer) {
      throw new StockafolioError('ERR_USAGE', `--login: ${place} is of the issuer '${String(found.issuer)}'`, {
        hint: 'name the issuer exactly as its own configuration does',
      });
    }
    mustBePrivate(String(found.jwks_uri));
    return new URL(String(found.jwks_uri));
  } catch (cause) {
    if (isStockafolioError(cause)) throw cause;
    throw new StockafolioError('ERR_USAGE', `--login: the provider cannot be asked: ${messageOf(cause)}`, {
      cause,
      hint: 'check the issuer of oidc:ISSUER?audience=NAME',
    });
  }
}

/**
 * Whoever can change plain HTTP traffic can supply their own keys, and sign any token: so it is only allowed on this
 * machine.
 */
function mustBePrivate(address: string): void {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))) return;
  throw new StockafolioError('ERR_USAGE', `--login: the provider's address ${address} is not https`, {
    hint: 'name an https:// issuer, whose keys are at an https:// address too; http:// is for this machine only',
  });
}
