import { runStateContract } from '@stockafolio/conformance';
import { MemoryStates } from './memory-states.js';

runStateContract('MemoryStates', { store: () => new MemoryStates() });

/** Others wait until many texts may be unused. */
class Forgetful extends MemoryStates {
  override settle(): void {
    this.forgetTexts();
  }
}

runStateContract('MemoryStates that forget texts at once', { store: () => new Forgetful() });
