import fc from 'fast-check';

/*
 * For `npm run test:long`: where a test states the greatest length of a list or a text, random ones reach it. By default
 * fast-check ends at a length of 10, whatever is stated.
 */
fc.configureGlobal({ ...fc.readConfigureGlobal(), defaultSizeToMaxWhenMaxSpecified: true });
