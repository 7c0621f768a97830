import { appOf, portfolioOf } from '@stockafolio/example';

export default appOf(portfolioOf({ actions: true, lots: 'fifo', byDay: true }));
