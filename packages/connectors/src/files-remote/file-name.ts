import { StockafolioError } from '@stockafolio/core';

/**
 * Checks a name against the rules for file names in every store: parts with `/` between them.
 *
 * @throws ERR_USAGE if a part is empty, `.` or `..`, contains U+0000, or is reserved for the store itself
 */
export function checkFileName(name: string, isKept: (part: string) => boolean = () => false): void {
  for (const part of name.split('/')) {
    const fault =
      part === ''
        ? 'has an empty part'
        : part === '.' || part === '..'
          ? `has a part '${part}'`
          : part.includes('\0')
            ? 'holds a U+0000'
            : isKept(part)
              ? 'is reserved for files that are being written'
              : undefined;
    if (fault === undefined) continue;
    throw new StockafolioError('ERR_USAGE', `${JSON.stringify(name)} cannot be the name of a file: it ${fault}`, {
      hint: "use parts with '/' between them, none of them empty, '.' or '..'",
    });
  }
}
