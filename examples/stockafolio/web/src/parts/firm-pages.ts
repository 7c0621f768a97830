/** The pages of the firm, in the order of the bar. */
export const firmPages = [
  { page: 'firm', href: '/', title: 'Firm' },
  { page: 'symbols', href: '/symbols', title: 'Symbols' },
  { page: 'close', href: '/close', title: 'Close' },
  { page: 'pipeline', href: '/pipeline', title: 'Pipeline' },
] as const;
