export { buildServer, type ServerOptions } from './build-server.js';
export { noLogin, type Login, type Viewer } from './login/login.js';
export { oidcLogin, type OidcOptions } from './login/oidc-login.js';
export { openLogin } from './login/open-login.js';
export { tokenLogin } from './login/token-login.js';
export type * from './wire/types.js';
