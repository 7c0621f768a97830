/** The text of a JSON value as it is in the file, so that no digit of a number is lost. */
export type Token = string;

/**
 * The members of a JSON object, each with its value's own text; of two with one name the last.
 *
 * @returns undefined if the text is not a JSON object
 */
export function membersOf(json: string): Map<string, Token> | undefined {
  if (!isObject(json)) return undefined;
  const members = new Map<string, Token>();
  // JSON.parse has checked the syntax, so it is enough to find the ends of names and values.
  let at = afterSpace(json, json.indexOf('{') + 1);
  while (json[at] === '"') {
    const nameEnd = afterString(json, at);
    const name = JSON.parse(json.slice(at, nameEnd)) as string;
    const start = afterSpace(json, afterSpace(json, nameEnd) + 1);
    const end = afterValue(json, start);
    members.set(name, json.slice(start, end).trimEnd());
    at = afterSpace(json, end);
    if (json[at] === ',') at = afterSpace(json, at + 1);
  }
  return members;
}

function isObject(json: string): boolean {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function afterSpace(json: string, at: number): number {
  let i = at;
  while (' \t\n\r'.includes(json[i] ?? '.')) i += 1;
  return i;
}

function afterString(json: string, quote: number): number {
  let i = quote + 1;
  while (i < json.length && json[i] !== '"') i += json[i] === '\\' ? 2 : 1;
  return i + 1;
}

/** The end of the value that begins here: at the comma or brace of the object that holds it. */
function afterValue(json: string, start: number): number {
  let depth = 0;
  let i = start;
  while (i < json.length) {
    const c = json[i] ?? '';
    if (depth === 0 && (c === ',' || c === '}')) break;
    if (c === '"') {
      i = afterString(json, i);
      continue;
    }
    if (c === '{' || c === '[') depth += 1;
    else if (c === '}' || c === ']') depth -= 1;
    i += 1;
  }
  return i;
}
