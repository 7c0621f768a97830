import type { WireViewer } from '../wire/types.js';

/** The viewer of a request, as far as the server knows. */
export interface Viewer {
  /** The same for all requests of one user or token, and unique to it: streams and downloads are counted by it. */
  readonly id?: string;
  /** The user whose portfolio the viewer may see. */
  readonly user?: string;
  /** Whether the viewer may see the firm's page, and all portfolios. */
  readonly firm: boolean;
  /** When this expires, epoch milliseconds; absent if it does not. */
  readonly expires?: number;
}

/** How the server identifies viewers. */
export interface Login {
  readonly kind: WireViewer['login'];
  /** The viewer of a token; undefined if the token is unknown or missing. */
  viewerOf(token: string | undefined): Promise<Viewer | undefined>;
}

/** No login: everybody may see everything. For a demo, and for a private machine. */
export const noLogin: Login = { kind: 'off', viewerOf: async () => ({ firm: true }) };

/** The token of an `Authorization: Bearer TOKEN` header. */
export function bearerOf(header: string | undefined): string | undefined {
  return /^Bearer +([\w\-.~+/]+=*) *$/i.exec(header ?? '')?.[1];
}

/** Whether a viewer may see a user's portfolio. */
export function maySee(viewer: Viewer, user: string): boolean {
  return viewer.firm || viewer.user === user;
}
