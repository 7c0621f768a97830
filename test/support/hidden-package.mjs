import { register } from 'node:module';

/*
 * node --import test/support/hidden-package.mjs: makes the package that HIDDEN_PACKAGE names look as if it were not
 * installed.
 */

const name = process.env['HIDDEN_PACKAGE'];
const hook = `
export async function resolve(specifier, context, next) {
  if (specifier !== ${JSON.stringify(name)}) return next(specifier, context);
  const message = "Cannot find package '" + specifier + "' imported from " + context.parentURL;
  throw Object.assign(new Error(message), { code: 'ERR_MODULE_NOT_FOUND' });
}`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
