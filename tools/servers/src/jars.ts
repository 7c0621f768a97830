import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where jars are kept between runs: outside the source tree, because they are large and never change. */
function cacheFolder(): string {
  const base = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return process.env['STOCKAFOLIO_SERVERS_CACHE'] ?? join(base, 'stockafolio', 'servers');
}

/**
 * The folder with the jars that `poms/NAME/pom.xml` lists; Maven fetches them if they are missing.
 *
 * The folder is named by the content of the pom, and appears whole, so that two processes may fetch at once.
 */
export async function jarsOf(name: string): Promise<string> {
  const pom = fileURLToPath(new URL(`../poms/${name}/pom.xml`, import.meta.url));
  const digest = createHash('sha256')
    .update(await readFile(pom))
    .digest('hex')
    .slice(0, 12);
  const cache = cacheFolder();
  const folder = join(cache, `${name}-${digest}`);
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const making = await mkdtemp(join(cache, `.${name}-`));
  try {
    await run('mvn', ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${making}`], {
      maxBuffer: 1 << 26,
    });
    await rename(making, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  return folder;
}
