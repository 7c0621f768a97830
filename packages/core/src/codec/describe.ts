const LONGEST = 40;

/** A value for an error message; long ones are truncated. */
export function shown(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}

/** A text value for an error message, in quotes. */
export function quoted(text: string): string {
  return `'${shown(text)}'`;
}
