/**
 * Runs the commands that it is given, two at a time, in their order: each does not use two processors all the time.
 *
 * The output of a command is shown when it ends, so that no two mix. Fails if one of them fails, after all have ended.
 * A signal ends what was started.
 *
 * node tools/side-by-side.mjs COMMAND...
 */
import { spawn } from 'node:child_process';

const AT_ONCE = 2;

const waiting = process.argv.slice(2);
const running = new Set();

/** @returns whether it succeeded */
function ran(command) {
  const began = performance.now();
  // A group of its own, to be ended with all its processes.
  const child = spawn('sh', ['-c', `exec 2>&1; ${command}`], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  running.add(child);
  process.stdout.write(`> began: ${command}\n`);
  const output = [];
  child.stdout.on('data', (chunk) => output.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      running.delete(child);
      const seconds = Math.round((performance.now() - began) / 1_000);
      const end = code === 0 ? '' : `, with ${code ?? signal}`;
      process.stdout.write(
        `\n> ended after ${seconds} s${end}: ${command}\n${Buffer.concat(output).toString('utf8')}\n`,
      );
      resolve(code === 0);
    });
  });
}

/** Runs one after the other. @returns whether all succeeded */
async function ranInTurn() {
  let isGood = true;
  for (let command = waiting.shift(); command !== undefined; command = waiting.shift()) {
    if (!(await ran(command))) isGood = false;
  }
  return isGood;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    waiting.length = 0;
    for (const { pid } of running) process.kill(-pid, 'SIGTERM');
    process.exitCode = 1;
  });
}

const all = await Promise.all(Array.from({ length: AT_ONCE }, ranInTurn));
if (all.includes(false)) process.exitCode = 1;
