/** Largest number of texts that are remembered: few, so that few survive garbage collections. */
const SIZE = 1 << 10;

/**
 * The numbers of texts that recur, as symbols and sectors do. Each text has one slot, and replaces any other text in
 * that slot. A remembered text is found in less than half the time that a `Map` takes, because it is usually the same
 * string object.
 */
export class TextMemo {
  readonly #texts: string[] = new Array<string>(SIZE).fill('');
  readonly #numbers = new Int32Array(SIZE).fill(-1);

  /** The number of a text; -1 if it is not remembered. */
  get(text: string): number {
    const at = slotOf(text);
    return text === this.#texts[at] ? (this.#numbers[at] as number) : -1;
  }

  clear(): void {
    this.#texts.fill('');
    this.#numbers.fill(-1);
  }

  /** @param number 0 or more */
  set(text: string, number: number): void {
    const at = slotOf(text);
    this.#texts[at] = text;
    this.#numbers[at] = number;
  }
}

/** From the length and three units: using all units would cost more than it saves. */
function slotOf(text: string): number {
  const length = text.length;
  if (length === 0) return 0;
  let h = Math.imul(length, 31) + text.charCodeAt(0);
  h = Math.imul(h, 31) + text.charCodeAt(length >> 1);
  h = Math.imul(h, 31) + text.charCodeAt(length - 1);
  return (h ^ (h >>> 10)) & (SIZE - 1);
}
