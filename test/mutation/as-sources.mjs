import { existsSync } from 'node:fs';
import Module from 'node:module';
import { join } from 'node:path';

/**
 * Resolves the packages to their sources in the current folder, which is the copy with the mutants, instead of to their
 * output in node_modules: so that the suites of a package also reach the mutants of the packages that it uses.
 */
const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  const [, name, subpath = ''] = /^@stockafolio\/([\w-]+)(?:\/([\w-]+))?$/.exec(request) ?? [];
  const source = name && join(process.cwd(), 'packages', name, 'src', subpath, 'index.ts');
  return resolve.call(this, source && existsSync(source) ? source : request, ...rest);
};
