import { execFileSync } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';

/** A version of Node.js to run programs on. */
export interface NodeVersion {
  readonly version: string;
  /** Starts something with this Node as the first in the PATH. */
  run<T>(start: () => T): T;
}

/** This Node, and those whose folders `OTHER_NODES` lists, as a PATH does. */
export function nodeVersions(): readonly [NodeVersion, ...NodeVersion[]] {
  const others = (process.env['OTHER_NODES'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return [nodeIn(dirname(process.execPath)), ...others.map(nodeIn)];
}

function nodeIn(folder: string): NodeVersion {
  return {
    version: execFileSync(join(folder, 'node'), ['--version'], { encoding: 'utf8' }).trim(),
    run: (start) => {
      const before = process.env['PATH'];
      process.env['PATH'] = `${folder}${delimiter}${before ?? ''}`;
      try {
        return start();
      } finally {
        process.env['PATH'] = before;
      }
    },
  };
}
