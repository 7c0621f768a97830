import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { messageOf, StockafolioError } from '@stockafolio/core';
import type { Login, Viewer } from './login.js';

const SHORTEST = 16;

interface Known {
  readonly digest: Buffer;
  readonly viewer: Viewer;
}

/**
 * A login with tokens from a file, one per line: `TOKEN firm`, or `TOKEN user ID`. Lines that begin with `#` are
 * comments.
 *
 * @throws ERR_USAGE if the file cannot be read or a line is neither; tokens are not shown
 */
export async function tokenLogin(path: string): Promise<Login> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new StockafolioError('ERR_USAGE', `--login: the file of tokens cannot be read: ${messageOf(cause)}`, {
      cause,
      hint: 'write tokens:FILE, with lines TOKEN firm, or TOKEN user ID',
    });
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
    const viewer = user === undefined ? { id: digest.toString('base64'), firm: true } : { id: user, user, firm: false };
    known.push({ digest, viewer });
  });
  return {
    kind: 'tokens',
    viewerOf: async (token) => {
      if (token === undefined) return undefined;
      const digest = digestOf(token);
      return known.find((entry) => timingSafeEqual(entry.digest, digest))?.viewer;
    },
  };
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
