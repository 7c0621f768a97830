import { messageOf, StockafolioError } from '@stockafolio/core';
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  calculatePKCECodeChallenge,
  ClientSecretPost,
  Configuration,
  enableNonRepudiationChecks,
  None,
  refreshTokenGrant,
  tokenRevocation,
  type IDToken,
  type TokenEndpointResponse,
  type TokenEndpointResponseHelpers,
} from 'openid-client';
import type { OidcOptions } from './oidc-login.js';
import type { Viewer } from './login.js';
import { SignInFailure, type Grant, type Provider } from './provider.js';
import type { ProviderMetadata } from './provider-metadata.js';

/** How long the provider may take to answer, in seconds. */
const PATIENCE = 10;
/** For the lifetime of an access token that the provider does not tell, in milliseconds. */
const UNTOLD = 300_000;

type Tokens = TokenEndpointResponse & TokenEndpointResponseHelpers;

/**
 * Sign-in by the authorization code flow with PKCE (RFC 7636) and a nonce. The server gets the tokens from the provider
 * itself; none of them reaches a browser.
 *
 * @throws ERR_USAGE if the provider has no such flow
 */
export function codeFlow(
  metadata: ProviderMetadata,
  { audience, client, clientSecret, scope = 'openid', resource }: OidcOptions & { readonly client: string },
  viewerOf: (token: string) => Promise<Viewer | undefined>,
): Provider {
  for (const name of ['authorization_endpoint', 'token_endpoint'] as const) {
    if (metadata[name] !== undefined) continue;
    throw new StockafolioError('ERR_USAGE', `--login: the provider has no ${name}, so nobody can sign in there`, {
      hint: 'omit client= to use access tokens alone, or name another issuer',
    });
  }
  const how = clientSecret === undefined ? None() : ClientSecretPost(clientSecret);
  const config = new Configuration(metadata, client, {}, how);
  config.timeout = PATIENCE;
  // TLS alone would do by OpenID Connect Core 3.1.3.7, but is ended by proxies in many networks.
  enableNonRepudiationChecks(config);
  // Of the addresses those without TLS are on this machine: providerMetadata has checked that.
  if (metadata.issuer.startsWith('http:')) allowInsecureRequests(config);
  const asked = resource === undefined ? {} : { resource };

  const grantOf = async (tokens: Tokens): Promise<Grant> => {
    const viewer = await viewerOf(tokens.access_token);
    if (viewer === undefined) {
      throw new SignInFailure(
        'rejected',
        `the access token of the provider is not one for the audience ${audience}; see "Sign-in" in the docs of the dashboards`,
      );
    }
    if (viewer.user === undefined && !viewer.firm) {
      throw new SignInFailure('no-access', 'the access token has neither the claim of a user nor the role of the firm');
    }
    const name = nameIn(tokens.claims());
    return {
      viewer: name === undefined ? viewer : { ...viewer, name },
      lasts: (tokens.expiresIn() ?? UNTOLD / 1000) * 1000,
      ...(tokens.refresh_token === undefined ? {} : { refreshToken: tokens.refresh_token }),
    };
  };

  return {
    startAt: async (callback, { state, nonce, verifier }) => {
      const challenge = await calculatePKCECodeChallenge(verifier);
      return buildAuthorizationUrl(config, {
        ...{ redirect_uri: callback, scope, state, nonce, ...asked },
        ...{ code_challenge: challenge, code_challenge_method: 'S256' },
        // Some providers take the audience from here; others ignore it.
        audience,
      }).href;
    },
    finish: async (address, { state, nonce, verifier }) => {
      let tokens: Tokens;
      try {
        const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier };
        tokens = await authorizationCodeGrant(config, address, { ...checks, idTokenExpected: true }, asked);
      } catch (error) {
        throw new SignInFailure(reasonOf(error), describe(error));
      }
      return grantOf(tokens);
    },
    refresh: async (refreshToken) => {
      try {
        const grant = await grantOf(await refreshTokenGrant(config, refreshToken, asked));
        return { refreshToken, ...grant };
      } catch (error) {
        if (error instanceof SignInFailure || reasonOf(error) === 'rejected') return undefined;
        throw error;
      }
    },
    revoke: async (refreshToken) => {
      if (metadata.revocation_endpoint === undefined) return;
      await tokenRevocation(config, refreshToken, { token_type_hint: 'refresh_token' });
    },
    signOutAt: (back) =>
      metadata.end_session_endpoint === undefined
        ? undefined
        : buildEndSessionUrl(config, { post_logout_redirect_uri: back, state: 'signed-out' }).href,
  };
}

/** Whether the provider has refused, or was not able to answer. */
function reasonOf(error: unknown): SignInFailure['why'] {
  const { code, error: refusal, status } = error as { readonly [name: string]: unknown };
  if (code === 'OAUTH_AUTHORIZATION_RESPONSE_ERROR') {
    return refusal === 'server_error' || refusal === 'temporarily_unavailable' ? 'provider' : 'declined';
  }
  if (code === 'OAUTH_RESPONSE_BODY_ERROR') {
    return typeof status === 'number' && status < 500 && status !== 429 ? 'rejected' : 'provider';
  }
  const unanswered = ['OAUTH_TIMEOUT', 'OAUTH_ABORT', 'OAUTH_RESPONSE_IS_NOT_CONFORM', 'OAUTH_RESPONSE_IS_NOT_JSON'];
  // An error without a code is one of the network.
  return typeof code !== 'string' || unanswered.includes(code) ? 'provider' : 'rejected';
}

/** An error with its causes, which say which claim was wrong; it contains no token. */
function describe(error: unknown): string {
  const { code, error: refusal } = error as { readonly [name: string]: unknown };
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
  const details = [code, refusal].filter((detail) => typeof detail === 'string').join(' ');
  return `${messageOf(error)}${cause}${details === '' ? '' : ` (${details})`}`;
}

function nameIn(claims: IDToken | undefined): string | undefined {
  const names = [claims?.['name'], claims?.['preferred_username'], claims?.['email']];
  return names.find((name): name is string => typeof name === 'string' && name !== '')?.slice(0, 100);
}
