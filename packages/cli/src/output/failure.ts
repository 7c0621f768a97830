import { isStockafolioError, messageOf, type ErrorDomain } from '@stockafolio/core';

/** The exit codes of the command. */
export const exitCodes = { done: 0, internal: 1, usage: 2, external: 3, interrupted: 130, terminated: 143 } as const;

const codeOf: Readonly<Record<ErrorDomain, number>> = {
  internal: exitCodes.internal,
  user: exitCodes.usage,
  external: exitCodes.external,
};

/** Tells of an error as a person needs it; answers the exit code. With `json` the last line is for machines. */
export function reportFailure(error: unknown, json: boolean): number {
  const known = isStockafolioError(error);
  const exit = known ? codeOf[error.domain] : exitCodes.internal;
  const lines = [`stockafolio: ${messageOf(error)}`];
  if (known) {
    lines[0] += ` (${error.code})`;
    if (error.hint !== undefined) lines.push(`  ${error.hint}`);
  } else if (error instanceof Error && error.stack !== undefined) {
    lines.push(error.stack);
  }
  for (let cause = known ? error.cause : undefined; cause instanceof Error; cause = cause.cause)
    lines.push(`  because: ${cause.message}`);
  process.stderr.write(`${lines.join('\n')}\n`);
  if (json) {
    const facts = known
      ? { code: error.code, domain: error.domain, hint: error.hint }
      : { code: 'ERR_INTERNAL', domain: 'internal' };
    process.stdout.write(`${JSON.stringify({ ok: false, message: messageOf(error), ...facts })}\n`);
  }
  return exit;
}
