/** The pages of the firm, in the order of the bar. */
export const firmPages = [
  { page: 'firm', href: '/', title: 'Firm' },
  { page: 'symbols', href: '/symbols', title: 'Symbols' },
  { page: 'pipeline', href: '/pipeline', title: 'Pipeline' },
] as const;
