/** Whether a cell is what a preset asks for: equal to a text, or matched by `/an expression/` or `/one/i`. */
export type Pattern = (text: string) => boolean;

const EXPRESSION = /^\/(.*)\/(i?)$/s;
const compiled = new Map<string, Pattern>();

/** @throws SyntaxError if the expression is none */
export function patternOf(text: string): Pattern {
  const known = compiled.get(text);
  if (known !== undefined) return known;
  const [, source, flags] = EXPRESSION.exec(text) ?? [];
  const expression = source === undefined ? undefined : new RegExp(source, `u${flags ?? ''}`);
  const pattern: Pattern = expression === undefined ? (cell) => cell === text : (cell) => expression.test(cell);
  compiled.set(text, pattern);
  return pattern;
}

const extractors = new Map<string, RegExp>();

/**
 * The part of a text that an expression finds: its first group that took part, or else all that it matches; empty if it
 * finds nothing.
 *
 * @throws SyntaxError if the expression is none
 */
export function foundBy(expression: string, text: string): string {
  let regexp = extractors.get(expression);
  if (regexp === undefined) {
    regexp = new RegExp(expression, 'u');
    extractors.set(expression, regexp);
  }
  const found = regexp.exec(text);
  if (found === null) return '';
  return found.length === 1 ? found[0] : (found.slice(1).find((group) => group !== undefined) ?? '');
}

/** Whether a preset's text is a pattern. */
export function isPattern(text: string): boolean {
  return compiles(() => patternOf(text));
}

/** Whether a preset's text is an expression. */
export function isExpression(text: string): boolean {
  return compiles(() => new RegExp(text, 'u'));
}

function compiles(compile: () => unknown): boolean {
  try {
    compile();
    return true;
  } catch {
    return false;
  }
}
