/** How many texts are remembered at most: few, lest many outlive collections of garbage. */
const SIZE = 1 << 10;

/**
 * Numbers of texts that come again and again, as symbols and sectors do: each text has one place, from which any other
 * of the same place drives it out. What is remembered is found in less than half the time that a `Map` takes, for mostly
 * it is the very same string.
 */
export class TextMemo {
  readonly #texts: string[] = new Array<string>(SIZE).fill('');
  readonly #numbers = new Int32Array(SIZE).fill(-1);

  /** The number of a text; -1 where it is not remembered. */
  get(text: string): number {
    const at = placeOf(text);
    return text === this.#texts[at] ? (this.#numbers[at] as number) : -1;
  }

  /** @param number 0 or more */
  set(text: string, number: number): void {
    const at = placeOf(text);
    this.#texts[at] = text;
    this.#numbers[at] = number;
  }
}

/** By the length and three units: to look at all of them would cost more than it saves. */
function placeOf(text: string): number {
  const length = text.length;
  if (length === 0) return 0;
  let h = Math.imul(length, 31) + text.charCodeAt(0);
  h = Math.imul(h, 31) + text.charCodeAt(length >> 1);
  h = Math.imul(h, 31) + text.charCodeAt(length - 1);
  return (h ^ (h >>> 10)) & (SIZE - 1);
}
