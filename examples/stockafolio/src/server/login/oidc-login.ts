import { isStockafolioError, messageOf, StockafolioError } from '@stockafolio/core';
import { createRemoteJWKSet, jwtVerify, type JWTPayload } from 'jose';
import { isLoopback } from '../loopback.js';
import { isAccessToken } from './access-token.js';
import type { Login } from './login.js';

export interface OidcOptions {
  /** Of the tokens, and where the provider says how they are signed. */
  readonly issuer: string;
  /** Whom tokens must be meant for. */
  readonly audience: string;
  /** The claim that is the user's id; defaults to `sub`. */
  readonly userClaim?: string;
  /** The claim, a text or a list of them, in which `firm` stands for those who may see the firm; defaults to `roles`. */
  readonly roleClaim?: string;
}

/** Only signatures that nobody can make who knows the provider's public keys. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/**
 * A login by the signed access tokens of an OpenID Connect provider, whose keys are looked up where it says. Its ID tokens
 * tell a program who has signed in there, and open nothing here.
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

/** Whoever can change what comes over plain HTTP can name keys of their own, and sign any token: so it is for this machine alone. */
function mustBePrivate(address: string): void {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))) return;
  throw new StockafolioError('ERR_USAGE', `--login: the provider's address ${address} is not https`, {
    hint: 'name an https:// issuer, whose keys are at an https:// address too; http:// is for this machine only',
  });
}
