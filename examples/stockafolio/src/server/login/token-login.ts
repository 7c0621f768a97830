import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { messageOf, StockafolioError } from '@stockafolio/core';
import { EndableViewer } from './endable-viewer.js';
import type { Login, Viewer } from './login.js';

const SHORTEST = 16;

interface Known {
  readonly digest: Buffer;
  readonly viewer: EndableViewer;
}

/**
 * A login with tokens from a file, one per line: `TOKEN firm`, or `TOKEN user ID`. Lines that begin with `#` are
 * comments. If the file changes it is read again; what a removed token has opened is ended.
 *
 * @throws ERR_USAGE if the file cannot be read or a line is neither; tokens are not shown
 */
export async function tokenLogin(path: string): Promise<Login> {
  let version = await versionOf(path);
  let known = await knownIn(path);
  const find = (digest: Buffer): Known | undefined => known.find((entry) => timingSafeEqual(entry.digest, digest));
  return {
    kind: 'tokens',
    viewerOf: async (token) => (token === undefined ? undefined : find(digestOf(token))?.viewer),
    refresh: async () => {
      const found = await versionOf(path);
      if (found === version) return;
      const next = (await knownIn(path)).map((entry) => {
        const before = find(entry.digest);
        return before?.viewer.equals(entry.viewer) === true ? before : entry;
      });
      for (const entry of known) if (!next.includes(entry)) entry.viewer.end();
      [known, version] = [next, found];
    },
  };
}

/** Changes whenever the file does. */
async function versionOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeMs, ctimeMs } = await stat(path);
    return [ino, size, mtimeMs, ctimeMs].join(' ');
  } catch (cause) {
    throw unreadable(cause);
  }
}

async function knownIn(path: string): Promise<Known[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw unreadable(cause);
  }
  const known: Known[] = [];
  text.split(/\r?\n/).forEach((line, n) => {
    if (line.trim() === '' || line.startsWith('#')) return;
    const [, token = '', who, user] = /^(\S+)\s+(?:(firm)|user\s+(.+?))\s*$/.exec(line) ?? [];
    if (token.length < SHORTEST || (who === undefined && user === undefined)) {
      throw new StockafolioError(
        'ERR_USAGE',
        `--login: line ${n + 1} of ${path} is not a token of at least 16 characters`,
        {
          hint: 'write TOKEN firm, or TOKEN user ID',
        },
      );
    }
    const digest = digestOf(token);
    const viewer: Viewer = user === undefined ? { firm: true } : { user, firm: false };
    known.push({ digest, viewer: new EndableViewer(viewer, user ?? digest.toString('base64')) });
  });
  return known;
}

function unreadable(cause: unknown): StockafolioError {
  return new StockafolioError('ERR_USAGE', `--login: the file of tokens cannot be read: ${messageOf(cause)}`, {
    cause,
    hint: 'write tokens:FILE, with lines TOKEN firm, or TOKEN user ID',
  });
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
