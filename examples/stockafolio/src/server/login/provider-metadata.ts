import { isStockafolioError, messageOf, StockafolioError } from '@stockafolio/core';
import type { ServerMetadata } from 'openid-client';
import { isLoopback } from '../loopback.js';

/** The addresses of a provider that are contacted, or that browsers are sent to. */
const ADDRESSES = [
  ...['jwks_uri', 'authorization_endpoint', 'token_endpoint', 'revocation_endpoint', 'end_session_endpoint'],
] as const;

export interface ProviderMetadata extends ServerMetadata {
  readonly jwks_uri: string;
}

/**
 * What a provider says of itself (OpenID Connect Discovery 1.0, section 4).
 *
 * @throws ERR_USAGE if it cannot be contacted, is not the named issuer, or has an address that is not https
 */
export async function providerMetadata(issuer: string): Promise<ProviderMetadata> {
  mustBePrivate(issuer);
  const place = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  try {
    const response = await fetch(place, { signal: AbortSignal.timeout(10_000), redirect: 'error' });
    if (!response.ok) throw new Error(`${place} answers ${response.status}`);
    const found = (await response.json()) as Partial<Record<string, unknown>>;
    if (found['issuer'] !== issuer) {
      throw new StockafolioError('ERR_USAGE', `--login: ${place} is of the issuer '${String(found['issuer'])}'`, {
        hint: 'name the issuer exactly as its own configuration does',
      });
    }
    for (const name of ADDRESSES) if (found[name] !== undefined) mustBePrivate(String(found[name]));
    return { ...found, issuer, jwks_uri: String(found['jwks_uri']) };
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
