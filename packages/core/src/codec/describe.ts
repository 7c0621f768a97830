const LONGEST = 40;

/** A value for a message to people: long ones are cut. */
export function shown(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}

/** A text value for a message to people, in quotes. */
export function quoted(text: string): string {
  return `'${shown(text)}'`;
}
