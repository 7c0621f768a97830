import type { WireViewer } from '../wire/types.js';
import type { Provider } from './provider.js';

/** The viewer of a request, as far as the server knows. */
export interface Viewer {
  /** The same for all requests of one user or token, and unique to it: streams and downloads are counted by it. */
  readonly id?: string;
  /** The user whose portfolio the viewer may see. */
  readonly user?: string;
  /** A name to show to the viewer; never used for access. */
  readonly name?: string;
  /** Whether the viewer may see the firm's page, and all portfolios. */
  readonly firm: boolean;
  /** When this expires, epoch milliseconds; absent if it does not. It may change at any moment. */
  readonly expires?: number;
}

/** How the server identifies viewers. */
export interface Login {
  readonly kind: WireViewer['login'];
  /** The viewer of a token; undefined if the token is unknown or missing. */
  viewerOf(token: string | undefined): Promise<Viewer | undefined>;
  /** Where people sign in for the pages; absent if the pages ask for a token. */
  readonly provider?: Provider;
  /**
   * Learns which tokens were added or revoked; called every second.
   *
   * @throws if that cannot be read; then nothing has changed
   */
  refresh?(): Promise<void>;
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
