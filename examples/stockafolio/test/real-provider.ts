import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider as OidcProvider, type KoaContextWithOIDC } from 'oidc-provider';

export const AUDIENCE = 'stockafolio-api';
export const CLIENT = 'stockafolio-pages';
export const SECRET = 'a-secret-of-the-pages-0123456789';

/** The accounts of the provider, with claims as Keycloak has them. Any password is right. */
const ACCOUNTS: Readonly<Record<string, { readonly name: string; readonly roles: readonly string[] }>> = {
  ann: { name: 'Ann Investor', roles: ['offline_access', 'customer'] },
  bob: { name: 'Bob Investor', roles: ['customer'] },
  olive: { name: 'Olive Operator', roles: ['portfolio-operator'] },
  guest: { name: 'Gus Guest', roles: [] },
};

/** A real OpenID Connect provider on this machine. */
export interface RealProvider {
  readonly issuer: string;
  /** The option of a login there. */
  readonly login: string;
  /** How many requests its token endpoint has answered. */
  readonly tokensAsked: () => number;
  /** Disables an account, or enables it again. */
  disable(account: string, disabled?: boolean): void;
  /** Answers nothing any more, or again. */
  silence(silent: boolean): void;
  close(): Promise<void>;
}

export interface RealProviderOptions {
  /** Lifetime of access tokens, in seconds. */
  readonly lasts?: number;
  /** The audience of its access tokens. */
  readonly audience?: string;
  readonly refreshTokens?: boolean;
}

export async function realProvider({
  lasts = 300,
  audience = AUDIENCE,
  refreshTokens = true,
}: RealProviderOptions = {}): Promise<RealProvider> {
  const disabled = new Set<string>();
  let silent = false;
  let asked = 0;
  const server: Server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new OidcProvider(issuer, {
    clients: [
      {
        ...{ client_id: CLIENT, client_secret: SECRET, token_endpoint_auth_method: 'client_secret_post' },
        ...{ grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] },
        ...{ redirect_uris: ['http://127.0.0.1/auth/callback'] },
      },
    ],
    cookies: { keys: ['a key of the tests'] },
    ttl: { AccessToken: lasts, IdToken: 300, RefreshToken: 86_400, Interaction: 600, Session: 86_400, Grant: 86_400 },
    // As Keycloak does: without the scope offline_access.
    issueRefreshToken: async () => refreshTokens,
    rotateRefreshToken: true,
    findAccount: (_context, id) => {
      const account = ACCOUNTS[id];
      if (account === undefined || disabled.has(id)) return undefined;
      return { accountId: id, claims: () => ({ sub: id, name: account.name }) };
    },
    claims: { openid: ['sub', 'name'] },
    conformIdTokenClaims: false,
    extraTokenClaims: (_context, token) => {
      const id = 'accountId' in token ? String(token.accountId) : '';
      const roles = ACCOUNTS[id]?.roles ?? [];
      return {
        ...(roles.includes('customer') ? { ext: { account: id } } : {}),
        resource_access: { 'stock.portfolios': { roles } },
      };
    },
    features: {
      devInteractions: { enabled: true },
      revocation: { enabled: true },
      rpInitiatedLogout: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => 'urn:stockafolio',
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({ scope: '', audience, accessTokenFormat: 'jwt', accessTokenTTL: lasts }),
      },
    },
    loadExistingGrant,
  });
  // The port of the pages is not known before the provider is.
  const ours = (path: string) => (uri: string) =>
    /^http:\/\/127\.0\.0\.1:\d+/.test(uri) && new URL(uri).pathname === path;
  Object.assign(provider.Client.prototype, {
    redirectUriAllowed: ours('/auth/callback'),
    postLogoutRedirectUriAllowed: ours('/sign-in'),
  });
  const handle = provider.callback();
  server.on('request', (request, response) => {
    if (silent) return void request.socket.destroy();
    if (request.url === '/token') asked += 1;
    void handle(request, response);
  });
  const query = new URLSearchParams({
    ...{ audience: AUDIENCE, client: CLIENT, user: 'ext.account' },
    ...{ roles: 'resource_access.stock.portfolios.roles', firm: 'portfolio-operator' },
  });
  return {
    ...{ issuer, login: `oidc:${issuer}?${String(query)}`, tokensAsked: () => asked },
    disable: (account, off = true) => void (off ? disabled.add(account) : disabled.delete(account)),
    silence: (value) => void (silent = value),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Grants everything without a question, as a firm does for its own pages. */
async function loadExistingGrant({ oidc }: KoaContextWithOIDC) {
  const { client, session, provider } = oidc;
  if (client === undefined || session?.accountId === undefined) return undefined;
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope('openid');
  grant.addResourceScope('urn:stockafolio', '');
  await grant.save();
  return grant;
}
