import type { ExportResult } from '@opentelemetry/core';
import type { Facts } from '../output/log.js';
import type { Signal } from './settings.js';

/** The part of an exporter that is watched. */
interface Exporting<T> {
  export(items: T, done: (result: ExportResult) => void): void;
}

/** Reports that exports fail, once in the life of a process: a collector that is down is no reason for more lines. */
export class FailureWatch {
  readonly #say: (text: string, facts: Facts) => void;
  #isTold = false;

  constructor(say: (text: string, facts: Facts) => void) {
    this.#say = say;
  }

  /** Makes an exporter report its failures here. */
  watch<T, E extends Exporting<T>>(exporter: E & Exporting<T>, signal: Signal): E {
    const send = exporter.export.bind(exporter);
    exporter.export = (items, done) =>
      send(items, (result) => {
        if (result.code !== 0) this.tell(signal, result.error?.message ?? 'it was refused');
        done(result);
      });
    return exporter;
  }

  tell(signal: Signal | 'telemetry', reason: string): void {
    if (this.#isTold) return;
    this.#isTold = true;
    const text = `OpenTelemetry: ${signal} could not be exported, and are lost while that lasts; the run is not affected`;
    this.#say(`${text}: ${reason}`, { event: 'export-failed', signal, reason });
  }
}
