/** Stockafolio with results by day: `stockafolio stream --app @stockafolio/example/with-days`. */
import { appOf } from './app.js';
import { portfolioOf } from './pipeline.js';

export default appOf(portfolioOf({ byDay: true }));
