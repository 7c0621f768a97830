import { latin1Of, at, textOf } from './bytes.js';

/** The kind of a value, independent of its field. */
export type TokenKind = 'string' | 'number' | 'true' | 'false' | 'null' | 'object' | 'list';

/** A value in a message: its text is `bytes[start..end)`; for a string this includes its quotes. */
export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
}

/**
 * Where a message stops being JSON, and what was expected there. Not an Error: a stack costs more than the whole
 * message.
 */
export class NotJson {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** Is called with every member of the object, in order; twice for a repeated name. */
export type OnMember = (name: string, value: Token) => void;

/**
 * Reads one JSON object, exactly as strict as JSON.parse. The bytes must be valid UTF-8.
 *
 * @throws NotJson
 */
export function scanObject(bytes: Uint8Array, onMember: OnMember): void {
  let i = skipSpace(bytes, 0);
  if (at(bytes, i) !== 0x7b) expected(bytes, i, "'{'");
  i = skipSpace(bytes, i + 1);
  if (at(bytes, i) === 0x7d) return endOf(bytes, i + 1);
  for (;;) {
    if (at(bytes, i) !== 0x22) expected(bytes, i, 'a field name');
    const nameEnd = stringEnd(bytes, i);
    const name = stringOf(bytes, i, nameEnd);
    i = skipSpace(bytes, nameEnd);
    if (at(bytes, i) !== 0x3a) expected(bytes, i, "':'");
    const value = tokenAt(bytes, skipSpace(bytes, i + 1));
    onMember(name, value);
    i = skipSpace(bytes, value.end);
    const next = at(bytes, i);
    if (next === 0x7d) return endOf(bytes, i + 1);
    if (next !== 0x2c) expected(bytes, i, "',' or '}'");
    i = skipSpace(bytes, i + 1);
  }
}

function endOf(bytes: Uint8Array, i: number): void {
  const end = skipSpace(bytes, i);
  if (end < bytes.length) expected(bytes, end, 'nothing after the object');
}

/** The text of a scanned string token, with its escapes decoded. */
export function stringOf(bytes: Uint8Array, start: number, end: number): string {
  for (let i = start + 1; i < end - 1; i++) {
    const c = at(bytes, i);
    if (c === 0x5c || c >= 0x80) return JSON.parse(textOf(bytes.subarray(start, end))) as string;
  }
  return latin1Of(bytes, start + 1, end - 1);
}

/** The value at `start`. @throws NotJson */
export function tokenAt(bytes: Uint8Array, start: number): Token {
  switch (at(bytes, start)) {
    case 0x22:
      return { kind: 'string', start, end: stringEnd(bytes, start) };
    case 0x7b:
      return { kind: 'object', start, end: nestedEnd(bytes, start) };
    case 0x5b:
      return { kind: 'list', start, end: nestedEnd(bytes, start) };
    case 0x74:
      return { kind: 'true', start, end: wordEnd(bytes, start, 'true') };
    case 0x66:
      return { kind: 'false', start, end: wordEnd(bytes, start, 'false') };
    case 0x6e:
      return { kind: 'null', start, end: wordEnd(bytes, start, 'null') };
    default:
      return { kind: 'number', start, end: numberEnd(bytes, start) };
  }
}

/** The end of the whitespace at `start`. */
export function skipSpace(bytes: Uint8Array, start: number): number {
  let i = start;
  for (;;) {
    const c = at(bytes, i);
    if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return i;
    i++;
  }
}

/** The end of the string whose opening quote is at `start`. */
function stringEnd(bytes: Uint8Array, start: number): number {
  let i = start + 1;
  while (i < bytes.length) {
    const c = at(bytes, i);
    if (c === 0x22) return i + 1;
    if (c < 0x20) throw new NotJson(`byte ${i}: a control character in a string`);
    i = c === 0x5c ? escapeEnd(bytes, i) : i + 1;
  }
  throw new NotJson(`byte ${i}: expected the end of the string that begins at byte ${start}`);
}

function escapeEnd(bytes: Uint8Array, start: number): number {
  const c = at(bytes, start + 1);
  if (c === 0x75) {
    for (let i = start + 2; i < start + 6; i++) {
      if (!isHex(at(bytes, i))) expected(bytes, i, 'a hexadecimal digit');
    }
    return start + 6;
  }
  // " \ / b f n r t
  const plain = c === 0x22 || c === 0x5c || c === 0x2f || c === 0x62;
  if (!plain && c !== 0x66 && c !== 0x6e && c !== 0x72 && c !== 0x74) expected(bytes, start + 1, 'an escape');
  return start + 2;
}

/** The end of the number at `start`. */
export function numberEnd(bytes: Uint8Array, start: number): number {
  let i = at(bytes, start) === 0x2d ? start + 1 : start;
  if (at(bytes, i) === 0x30) i++;
  else i = digitsEnd(bytes, i, i === start ? 'a value' : 'a digit');
  if (at(bytes, i) === 0x2e) i = digitsEnd(bytes, i + 1, 'a digit');
  const e = at(bytes, i);
  if (e === 0x65 || e === 0x45) {
    const sign = at(bytes, i + 1);
    i = digitsEnd(bytes, sign === 0x2b || sign === 0x2d ? i + 2 : i + 1, 'a digit');
  }
  return i;
}

function digitsEnd(bytes: Uint8Array, start: number, what: string): number {
  let i = start;
  while (isDigit(at(bytes, i))) i++;
  if (i === start) expected(bytes, i, what);
  return i;
}

function wordEnd(bytes: Uint8Array, start: number, word: string): number {
  for (let i = 0; i < word.length; i++) {
    if (at(bytes, start + i) !== word.charCodeAt(i)) expected(bytes, start, 'a value');
  }
  return start + word.length;
}

/** The end of the object or list at `start`; without recursion, so that no depth exhausts the stack. */
function nestedEnd(bytes: Uint8Array, start: number): number {
  const closers: number[] = [];
  let i = start;
  for (;;) {
    const opener = at(bytes, i);
    if (opener === 0x7b || opener === 0x5b) {
      // In ASCII both closing brackets are two after the opening ones.
      const closer = opener + 2;
      i = skipSpace(bytes, i + 1);
      if (at(bytes, i) !== closer) {
        closers.push(closer);
        if (closer === 0x7d) i = memberStart(bytes, i);
        continue;
      }
      i++;
    } else {
      i = tokenAt(bytes, i).end;
    }
    for (let closed = true; closed;) {
      const closer = closers.at(-1);
      if (closer === undefined) return i;
      i = skipSpace(bytes, i);
      closed = at(bytes, i) === closer;
      if (closed) {
        closers.pop();
        i++;
        continue;
      }
      if (at(bytes, i) !== 0x2c) expected(bytes, i, `',' or '${String.fromCharCode(closer)}'`);
      i = skipSpace(bytes, i + 1);
      if (closer === 0x7d) i = memberStart(bytes, i);
    }
  }
}

/** The start of the value whose name begins at `start`. */
function memberStart(bytes: Uint8Array, start: number): number {
  if (at(bytes, start) !== 0x22) expected(bytes, start, 'a field name');
  const colon = skipSpace(bytes, stringEnd(bytes, start));
  if (at(bytes, colon) !== 0x3a) expected(bytes, colon, "':'");
  return skipSpace(bytes, colon + 1);
}

function isDigit(c: number): boolean {
  return c >= 0x30 && c <= 0x39;
}

function isHex(c: number): boolean {
  return isDigit(c) || (c >= 0x41 && c <= 0x46) || (c >= 0x61 && c <= 0x66);
}

function expected(bytes: Uint8Array, i: number, what: string): never {
  throw new NotJson(i < bytes.length ? `byte ${i}: expected ${what}` : `byte ${i}: ends where ${what} is expected`);
}
