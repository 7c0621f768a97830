import { createRemoteJWKSet, jwtVerify, type JWTPayload } from 'jose';
import { isAccessToken } from './access-token.js';
import { hasRole, textClaim } from './claims.js';
import { codeFlow } from './code-flow.js';
import type { Login, Viewer } from './login.js';
import { providerMetadata } from './provider-metadata.js';

export interface OidcOptions {
  /** The issuer of the tokens; its configuration names its keys. */
  readonly issuer: string;
  /** The audience that tokens must name. */
  readonly audience: string;
  /** The claim that is the user's id, or the path of one, such as `ext.account`; defaults to `sub`. */
  readonly userClaim?: string;
  /**
   * The claim that has the roles, a text or a list of texts, or the path of one, such as `realm_access.roles`; defaults
   * to `roles`.
   */
  readonly roleClaim?: string;
  /** The role that gives access to the firm's page; defaults to `firm`. */
  readonly firmRole?: string;
  /** The name of the pages at the provider, for signing in there; without it, the pages ask for a token. */
  readonly client?: string;
  /** The secret of that client; absent for a public client. */
  readonly clientSecret?: string;
  /** The scopes to ask for; defaults to `openid`. */
  readonly scope?: string;
  /** The resource to ask for (RFC 8707), for providers whose access tokens are signed only then. */
  readonly resource?: string;
}

/** Only signatures that cannot be made with the provider's public keys. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/**
 * A login with the signed access tokens of an OpenID Connect provider; its keys are read from the address that it
 * names. Its ID tokens, which tell a program who has signed in there, are not accepted. With a client, people sign in at
 * the provider, and the server keeps the tokens.
 *
 * @throws ERR_USAGE if the provider cannot be contacted, or is not the named issuer
 */
export async function oidcLogin(options: OidcOptions): Promise<Login> {
  const { issuer, audience, userClaim = 'sub', roleClaim = 'roles', firmRole = 'firm', client } = options;
  const metadata = await providerMetadata(issuer);
  const keys = createRemoteJWKSet(new URL(metadata.jwks_uri));
  const viewerOf = async (token: string | undefined): Promise<Viewer | undefined> => {
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
    const user = textClaim(claims, userClaim);
    return {
      id: `${issuer} ${claims.sub ?? user ?? ''}`,
      ...(user === undefined ? {} : { user }),
      firm: hasRole(claims, roleClaim, firmRole),
      expires: (claims.exp ?? 0) * 1000,
    };
  };
  if (client === undefined) return { kind: 'oidc', viewerOf };
  return { kind: 'oidc', viewerOf, provider: codeFlow(metadata, { ...options, client }, viewerOf) };
}
