export { BadRecordError, type Problem } from './bad-record.js';
export { errorCodes, type ErrorCode, type ErrorDomain } from './codes.js';
export { StockafolioError, isStockafolioError, messageOf, type ErrorDetails } from './stockafolio-error.js';
