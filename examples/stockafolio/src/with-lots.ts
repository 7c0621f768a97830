/** Stockafolio with lots, closed first in, first out: `stockafolio stream --app @stockafolio/example/with-lots`. */
import { appOf } from './app.js';
import { portfolioOf } from './pipeline.js';

export default appOf(portfolioOf({ lots: 'fifo' }));
