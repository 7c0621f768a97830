import { runStateContract, runSubKeyContract, runWrittenSubKeysContract } from '@stockafolio/conformance';
import { MemoryStates } from './memory-states.js';

/** Others wait until many texts may be unused. */
class Forgetful extends MemoryStates {
  override settle(): void {
    super.settle();
    this.forgetTexts();
  }
}

for (const [name, store] of [
  ['MemoryStates', () => new MemoryStates()],
  ['MemoryStates that see at once that values differ', () => new MemoryStates(1)],
  ['MemoryStates that forget texts at once', () => new Forgetful()],
] as const) {
  runStateContract(name, { store });
  runSubKeyContract(name, { store });
  runWrittenSubKeysContract(name, { store });
}
