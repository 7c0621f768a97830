/** How many texts are kept; then all are made anew. */
const MOST = 5_000;

/**
 * The same function, which remembers what it has given: `Intl` takes microseconds for a text, and of hundreds of figures on
 * a page few have changed since they were drawn last.
 */
export function remembering<A extends string | number | bigint>(write: (of: A) => string): (of: A) => string {
  const texts = new Map<A, string>();
  return (of) => {
    let text = texts.get(of);
    if (text !== undefined) return text;
    text = write(of);
    if (texts.size === MOST) texts.clear();
    texts.set(of, text);
    return text;
  };
}
