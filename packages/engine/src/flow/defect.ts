import { StockafolioError } from '@stockafolio/core';

/**
 * The classes of errors that the language itself throws for a mistake in code. Not among them are `SyntaxError` and
 * `URIError`: `JSON.parse`, `BigInt` and `decodeURIComponent` throw these at a text that they cannot read, so a record is
 * to blame.
 */
const DEFECTS: ReadonlySet<unknown> = new Set(['TypeError', 'ReferenceError', 'RangeError', 'EvalError']);

/** Frames that are kept of a stack, and characters of each. */
const MOST_FRAMES = 6;
const LONGEST_FRAME = 200;

/** A function of the pipeline threw an error that no record is meant to cause. */
export class DefectError extends StockafolioError {
  /** The frames of the function, one a line, with the names of files alone: they are the same on every machine. */
  readonly frames: string;

  constructor(message: string, frames: string, cause: unknown) {
    super('ERR_PIPELINE_DEFECT', message, {
      cause,
      hint: 'correct the function; to reject a record on purpose, throw an Error of your own',
    });
    this.frames = frames;
  }
}

/**
 * What was thrown, as the error that it stands for: a defect if the language threw it, otherwise itself, which rejects a
 * record on purpose.
 *
 * @param where what threw, such as `operator 'sums'`
 */
export function asThrown(where: string, error: unknown): unknown {
  if (!isDefect(error)) return error;
  const frames = framesAbove(error, new Error().stack);
  return new DefectError(`${where} threw ${error.name}: ${error.message}`, frames, error);
}

/** Also of another realm, as in a test runner that isolates its files; but no class that a user has derived. */
function isDefect(error: unknown): error is Error {
  if (typeof error !== 'object' || error === null) return false;
  const prototype = Object.getPrototypeOf(error) as { readonly name?: unknown } | null;
  return prototype !== null && Object.hasOwn(prototype, 'name') && isNative(prototype);
}

function isNative({ name, constructor }: { readonly name?: unknown; readonly constructor?: unknown }): boolean {
  return DEFECTS.has(name) && typeof constructor === 'function' && constructor.name === name;
}

/** The frames of a stack above those that it shares with the code that caught the error. */
function framesAbove({ stack }: Error, below: string | undefined): string {
  const shared = new Set(framesOf(below));
  const frames = framesOf(stack);
  const end = frames.findIndex((frame) => shared.has(frame));
  return frames
    .slice(0, Math.min(end < 0 ? frames.length : end, MOST_FRAMES))
    .map((frame) => frame.replaceAll(/(?:[a-z]+:\/\/)?(?:[^\s()@]*[/\\])+/gi, '').slice(0, LONGEST_FRAME))
    .join('\n');
}

/** V8 writes `at name (file:1:2)`, other engines `name@file:1:2`. */
function framesOf(stack = ''): string[] {
  return stack
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^at |@.*:\d+:\d+$/.test(line));
}
