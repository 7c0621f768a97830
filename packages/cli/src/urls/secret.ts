import { readFileSync } from 'node:fs';
import { messageOf, StockafolioError } from '@stockafolio/core';

/**
 * A secret from the environment: the variable itself, or the file named by the variable with the suffix `_FILE`.
 *
 * @throws ERR_USAGE if neither is set; no message contains the secret
 */
export function secret(name: string, env: NodeJS.ProcessEnv = process.env): string {
  const value = env[name];
  if (value !== undefined) return value;
  const file = env[`${name}_FILE`];
  if (file === undefined) {
    throw new StockafolioError('ERR_USAGE', `${name} is not set`, {
      hint: `set ${name}, or ${name}_FILE to a file that holds it`,
    });
  }
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (cause) {
    throw new StockafolioError('ERR_USAGE', `${name}_FILE: ${messageOf(cause)}`, { cause, hint: 'check the path' });
  }
}
