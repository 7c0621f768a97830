import { StockafolioError } from '@stockafolio/core';

/**
 * Whether a variable of the environment switches something on: `1` or `true`; it is off with `0`, `false` and without it.
 *
 * @throws ERR_USAGE for any other word: to guess what is meant could leave out what protects
 */
export function switchedOn(name: string, env: NodeJS.ProcessEnv): boolean {
  const said = env[name] ?? '';
  if (said === '1' || said === 'true') return true;
  if (said === '' || said === '0' || said === 'false') return false;
  throw new StockafolioError('ERR_USAGE', `${name}: '${said}' is neither on nor off`, { hint: 'say 1 or 0' });
}
