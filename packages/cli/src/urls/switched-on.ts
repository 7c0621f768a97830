import { StockafolioError } from '@stockafolio/core';

/**
 * Whether an environment variable switches something on with `1` or `true`. It is off with `0`, `false` or if not set.
 *
 * @throws ERR_USAGE for any other word: a guess could disable a protection
 */
export function switchedOn(name: string, env: NodeJS.ProcessEnv): boolean {
  const said = env[name] ?? '';
  if (said === '1' || said === 'true') return true;
  if (said === '' || said === '0' || said === 'false') return false;
  throw new StockafolioError('ERR_USAGE', `${name}: '${said}' is neither on nor off`, { hint: 'set it to 1 or 0' });
}
