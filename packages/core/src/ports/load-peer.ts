import { StockafolioError } from '../errors/index.js';

/** An optional peer: a package that a connector needs and that is installed only where that connector is used. */
export interface Peer {
  /** What needs it, in the plural: `Parquet files`. */
  readonly neededBy: string;
  /** The arguments of `npm install`: every package that `neededBy` needs, each with its version (`lmdb@3`). */
  readonly packages: readonly string[];
}

/**
 * The module of an optional peer. A connector passes the `import` itself, so that bundlers see it.
 *
 * ```ts
 * const { parquetMetadata } = await loadPeer(PARQUET, () => import('hyparquet'));
 * ```
 *
 * @throws ERR_PEER_MISSING if it cannot be loaded; the hint says what to install
 */
export async function loadPeer<T>(peer: Peer, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    throw peerError(peer, cause);
  }
}

/** The same with `require`, for a connector that needs it synchronously. @throws ERR_PEER_MISSING */
export function requirePeer<T>(peer: Peer, load: () => T): T {
  try {
    return load();
  } catch (cause) {
    throw peerError(peer, cause);
  }
}

function peerError({ neededBy, packages }: Peer, cause: unknown): StockafolioError {
  const command = `npm install ${packages.join(' ')}`;
  const names = packages.map((versioned) => versioned.slice(0, versioned.lastIndexOf('@')));
  const missing = missingPackage(cause);
  // An installed package may lack one of its own dependencies, or be built for another platform.
  return missing !== undefined && names.includes(missing)
    ? new StockafolioError('ERR_PEER_MISSING', `${neededBy} need the package ${missing}`, { cause, hint: command })
    : new StockafolioError('ERR_PEER_MISSING', `${neededBy} need ${names.join(', ')}, which cannot be loaded here`, {
        cause,
        hint: `install for this platform and version of Node: ${command}`,
      });
}

/** The package that Node did not find, from its message: the error has no field for it. */
function missingPackage(cause: unknown): string | undefined {
  const { code, message } = cause as { readonly code?: unknown; readonly message?: unknown };
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') return undefined;
  return /^Cannot find (?:package|module) '([^']+)'/.exec(String(message))?.[1];
}
