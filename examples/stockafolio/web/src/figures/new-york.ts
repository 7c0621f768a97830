const CLOCK = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'America/New_York',
  dateStyle: 'short',
  timeStyle: 'medium',
});

/** The New York day of a time: `2026-01-05`. */
export function newYorkDay(iso: string): string {
  return CLOCK.format(Date.parse(iso)).slice(0, 10);
}

/** The minute of the New York day of a time, with the seconds as a fraction. */
export function minuteOf(iso: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = CLOCK.format(Date.parse(iso)).slice(11).split(':').map(Number);
  return hours * 60 + minutes + seconds / 60;
}
