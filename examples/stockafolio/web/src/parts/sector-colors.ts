/** The sectors of the Global Industry Classification Standard, each with the same colour on every page. */
const ORDER = [
  'Information Technology',
  'Health Care',
  'Financials',
  'Consumer Discretionary',
  'Communication Services',
  'Industrials',
  'Consumer Staples',
  'Energy',
  'Utilities',
  'Real Estate',
  'Materials',
];

/** The number of a sector's colour, 0 to 11. */
export function sectorColor(sector: string): number {
  const known = ORDER.indexOf(sector);
  return known < 0 ? ORDER.length : known;
}
