import { execFileSync } from 'node:child_process';

let known: string | undefined;

/** What this machine lacks to run the servers, in words; empty if it lacks nothing. */
export function whatIsMissing(): string {
  known ??= look();
  return known;
}

function look(): string {
  const missing: string[] = [];
  const java = /version "(\d+)/.exec(output('java', ['-version']))?.[1];
  if (java === undefined) missing.push('Java 17');
  else if (java !== '17') missing.push(`Java 17 (this is Java ${java}, which Cassandra does not run on)`);
  if (output('mvn', ['-v']) === '') missing.push('Maven');
  return missing.join(' and ');
}

/** The output of a command, on either stream; empty if it cannot be run. */
function output(command: string, args: readonly string[]): string {
  try {
    return execFileSync('sh', ['-c', '"$0" "$@" 2>&1', command, ...args], { encoding: 'utf8' });
  } catch {
    return '';
  }
}
