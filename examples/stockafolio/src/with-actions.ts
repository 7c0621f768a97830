/** Stockafolio with corporate actions of all holders: `stockafolio stream --app @stockafolio/example/with-actions`. */
import { appOf } from './app.js';
import { portfolioOf } from './pipeline.js';

export default appOf(portfolioOf({ actions: true }));
