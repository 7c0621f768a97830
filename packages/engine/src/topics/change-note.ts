import type { Stream } from '@stockafolio/core';
import type { ChangeFacts, SourceMessage } from '@stockafolio/core/ports';
import { changeFactsOf, headersOfChange } from './writer-headers.js';

/*
 * An archive keeps of a rejected message its value and the cause. Of a changelog the key and what the headers say of a change
 * count too, so they are noted at the end of the cause: the message can be judged again.
 */

interface Note extends ChangeFacts {
  /** The bytes of its key, in hexadecimal digits. */
  readonly key: string | null;
  readonly hasValue: boolean;
}

/** What it begins with: neither digits nor names of writers have this. */
const BEGIN = ' (change {';

/** What is added to the cause of a rejected message in an archive; empty unless the stream is a changelog. */
export function changeNote({ changes }: Pick<Stream<unknown>, 'changes'>, message: SourceMessage): string {
  if (changes === undefined) return '';
  const { key, value } = message;
  const digits = key && Array.from(key, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const note: Note = { key: digits, hasValue: value !== null, ...changeFactsOf(message) };
  return ` (change ${JSON.stringify(note)})`;
}

/** A cause without what {@link changeNote} has added, and what that says of the message. */
export function withoutChangeNote(cause: string): {
  readonly cause: string;
  readonly noted?: Pick<SourceMessage, 'key' | 'headers'> & { readonly hasValue: boolean };
} {
  const at = cause.lastIndexOf(BEGIN);
  if (at < 0 || !cause.endsWith(')')) return { cause };
  const { key, hasValue, ...facts } = JSON.parse(cause.slice(at + BEGIN.length - 1, -1)) as Note;
  const bytes = key === null ? null : Uint8Array.from(key.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));
  const noted = { key: bytes, hasValue, headers: headersOfChange(facts) };
  return { cause: cause.slice(0, at), noted };
}
