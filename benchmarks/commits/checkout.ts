import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Core from '@stockafolio/core';
import type * as Engine from '@stockafolio/engine';
import type * as Example from '@stockafolio/example';

/** The packages of a checkout of this repository, which may be older than the types say. */
export interface Checkout {
  readonly core: typeof Core;
  readonly engine: typeof Engine;
  readonly example: typeof Example;
}

/** Loads the packages of a checkout that was built. */
export async function openCheckout(root: string): Promise<Checkout> {
  const load = async (...paths: readonly string[]): Promise<unknown> => {
    const found = paths.map((path) => resolve(root, path)).find((path) => existsSync(path));
    if (found === undefined) throw new Error(`'${root}' is not built: there is no ${paths.join(' or ')}`);
    return await import(pathToFileURL(found).href);
  };
  return {
    core: (await load('packages/core/dist/index.js')) as typeof Core,
    // The engine was a part of core once.
    engine: (await load('packages/engine/dist/index.js', 'packages/core/dist/engine/index.js')) as typeof Engine,
    example: (await load('examples/stockafolio/dist/index.js')) as typeof Example,
  };
}
