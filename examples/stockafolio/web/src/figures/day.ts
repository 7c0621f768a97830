/** Whether it is an existing date, as `YYYY-MM-DD`. Only the server knows which years are allowed. */
export function isDay(text: string): boolean {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  // February 31st is parsed as March 3rd.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
