/** Whether it is the date of a day that exists, as `YYYY-MM-DD`. The server knows besides which years there are. */
export function isDay(text: string): boolean {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  // February 31st is taken for March 3rd.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
