import { changeSetting, settings } from './path.js';

/**
 * A setting of a page that is in its address, such as a sort, one of a few options. Any other text in the address counts
 * as the default, which the address does not repeat.
 */
export function useSetting<V extends string>(
  name: string,
  options: readonly V[],
  standard: V,
): [value: V, set: (value: V) => void] {
  const text = settings.value.get(name);
  const value = options.find((option) => option === text) ?? standard;
  return [value, (next) => changeSetting(name, next === standard ? undefined : next)];
}

/** The same for any text, such as a search; empty by default. */
export function useText(name: string): [value: string, set: (value: string) => void] {
  return [settings.value.get(name) ?? '', (next) => changeSetting(name, next === '' ? undefined : next)];
}
