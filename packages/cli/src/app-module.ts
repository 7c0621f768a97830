import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isStockafolioError, messageOf, StockafolioError } from '@stockafolio/core';

const TYPESCRIPT = /\.[mc]?ts$/;
/** From this version on Node removes types from a module by itself. */
const STRIPS_TYPES = [22, 18] as const;

/**
 * The exports of a module: a path relative to the working folder, or a package.
 *
 * @throws ERR_APP_INVALID with the fault and its position
 */
export async function importModule(specifier: string): Promise<{ readonly default?: unknown }> {
  let url: string | undefined;
  try {
    url = moduleUrl(specifier);
    return (await import(url)) as { readonly default?: unknown };
  } catch (error) {
    if (isStockafolioError(error)) throw error;
    if (url === undefined || isGone(error, url)) throw notFound(specifier);
    const where = lineOf(error, url);
    throw new StockafolioError(
      'ERR_APP_INVALID',
      `cannot load the application '${specifier}': ${where === undefined ? '' : `${where}: `}${messageOf(error)}`,
      { cause: error, hint: hintFor(specifier, where) },
    );
  }
}

/** Whether the module itself is missing, not one that it imports. */
function isGone(error: unknown, url: string): boolean {
  const { code, url: missing } = error as { readonly code?: unknown; readonly url?: unknown };
  return code === 'ERR_MODULE_NOT_FOUND' && (missing === undefined || missing === url) && !isFile(fileURLToPath(url));
}

function notFound(specifier: string): StockafolioError {
  return new StockafolioError(
    'ERR_APP_INVALID',
    `cannot load the application '${specifier}': there is neither a file ${relative('.', resolve(specifier))} nor a package of that name`,
    { hint: '--app takes a path, or the name of an installed package' },
  );
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** An existing file takes precedence, with or without `./`; otherwise a package. */
function moduleUrl(specifier: string): string {
  const path = resolve(specifier);
  const isPath = /^[./]/.test(specifier) || isFile(path);
  return pathToFileURL(isPath ? path : createRequire(resolve('.', 'index.js')).resolve(specifier)).href;
}

function hintFor(specifier: string, where: string | undefined): string {
  if (TYPESCRIPT.test(specifier) && !stripsTypes()) {
    return `Node ${process.versions.node} loads no TypeScript: use Node ${STRIPS_TYPES.join('.')} or newer, or compile the module and name the .js file`;
  }
  if (TYPESCRIPT.test(specifier) && where === undefined)
    return 'Node only removes types: avoid enums, namespaces and parameter properties, or compile the module and name the .js file';
  if (where !== undefined) return 'fix the module at that line';
  return '--app takes a path, or the name of an installed package';
}

function stripsTypes(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > STRIPS_TYPES[0] || (major === STRIPS_TYPES[0] && minor >= STRIPS_TYPES[1]);
}

/** `app.js:3`, if an error says which line of the module it is about. */
function lineOf(error: unknown, url: string): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return lineIn(error.stack ?? '') ?? (error instanceof SyntaxError ? lineIn(toldByNode(url)) : undefined);
}

/** The first line in a module, not in Node or this command, that a stack or a message names. */
function lineIn(text: string): string | undefined {
  for (const [, url = '', line] of text.matchAll(/(file:\/\/[^\s():]+):(\d+)/g)) {
    if (url === import.meta.url) return undefined;
    return `${relative('.', fileURLToPath(url))}:${line}`;
  }
  return undefined;
}

/** Only a process that ends with a syntax error prints its position. */
function toldByNode(url: string): string {
  const args = [...process.execArgv, '--input-type=module', '--eval', `await import(${JSON.stringify(url)})`];
  return spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 10_000 }).stderr ?? '';
}
