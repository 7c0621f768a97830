import type { WireViewer } from '../wire/types.js';

/** Who asks, as far as the server knows. */
export interface Viewer {
  /** The same for all requests of one user or token, and no other's: streams and downloads are counted by it. */
  readonly id?: string;
  /** The user whose portfolio may be seen. */
  readonly user?: string;
  /** Whether the firm's page, and everybody's portfolio, may be seen. */
  readonly firm: boolean;
  /** Until when that holds, epoch milliseconds; absent where it does not end. */
  readonly expires?: number;
}

/** How the server knows who asks. */
export interface Login {
  readonly kind: WireViewer['login'];
  /** Whose token this is; undefined where it is nobody's, or there is none. */
  viewerOf(token: string | undefined): Promise<Viewer | undefined>;
}

/** No login: everybody may see everything. For a demo, and for a machine of one's own. */
export const noLogin: Login = { kind: 'off', viewerOf: async () => ({ firm: true }) };

/** The token of an `Authorization: Bearer TOKEN` header. */
export function bearerOf(header: string | undefined): string | undefined {
  return /^Bearer +([\w\-.~+/]+=*) *$/i.exec(header ?? '')?.[1];
}

/** Whether a viewer may see a user's portfolio. */
export function maySee(viewer: Viewer, user: string): boolean {
  return viewer.firm || viewer.user === user;
}
