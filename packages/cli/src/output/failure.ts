import { isStockafolioError, messageOf, type ErrorDomain } from '@stockafolio/core';
import type { CommanderError } from 'commander';
import { exitCodes } from './exit-codes.js';
import { Unfinished } from './unfinished.js';

const codeOf: Readonly<Record<ErrorDomain, number>> = {
  internal: exitCodes.internal,
  user: exitCodes.usage,
  external: exitCodes.external,
};

/** How much is printed: with `json` a last line for machines, with `verbose` the stacks of all errors. */
export interface Telling {
  readonly json: boolean;
  readonly verbose: boolean;
}

/** Prints an error for people; returns the exit code. */
export function reportFailure(error: unknown, { json, verbose }: Telling): number {
  const known = isStockafolioError(error);
  const exit = known ? codeOf[error.domain] : exitCodes.internal;
  const lines = [`stockafolio: ${withoutStack(messageOf(error))}`];
  if (known) {
    lines[0] += ` (${error.code})`;
    if (error.hint !== undefined) lines.push(`  ${error.hint}`);
  } else {
    lines[0] += ' (ERR_INTERNAL)';
    if (!verbose) lines.push('  use --verbose for the stack');
  }
  for (let cause = known ? error.cause : undefined; cause instanceof Error; cause = cause.cause)
    if (!messageOf(error).includes(cause.message)) lines.push(`  because: ${withoutStack(cause.message)}`);
  if (verbose)
    for (let each: unknown = error; each instanceof Error; each = each.cause) lines.push(each.stack ?? each.message);
  process.stderr.write(`${lines.join('\n')}\n`);
  if (json) {
    const facts = known
      ? { code: error.code, domain: error.domain, hint: error.hint }
      : { code: 'ERR_INTERNAL', domain: 'internal' };
    const done = error instanceof Unfinished ? error.facts : {};
    process.stdout.write(`${JSON.stringify({ ok: false, message: messageOf(error), ...facts, ...done })}\n`);
  }
  return exit;
}

/** Some drivers put the stack of an error into its message. */
function withoutStack(message: string): string {
  return message.replaceAll(/\n\s+at [^\n]*/g, '');
}

/** The last line for wrong usage, which commander has already explained to people; returns the exit code. */
export function reportUsage({ message }: CommanderError, json: boolean): number {
  if (json) {
    const facts = { ok: false, message: message.replace(/^error: /, ''), code: 'ERR_USAGE', domain: 'user' };
    process.stdout.write(`${JSON.stringify(facts)}\n`);
  }
  return exitCodes.usage;
}
