import type { Changing } from '../operators/changelog.js';
import type { Topic } from '../stream/index.js';
import type { PartialUpdate, Update } from './update.js';

/**
 * Why values of the type `V` cannot be sent to the topic `D`: a sentence, which the compiler prints in the first line of
 * its error; `never` if they can.
 */
export type TopicProblem<D, V> =
  D extends Topic<infer T, infer C>
    ? [V] extends [Changing]
      ? 'these values change until they are final: put whenFinal() behind the window'
      : V extends Update<infer K, infer S>
        ? FigureProblem<T, C, V, K, S>
        : FieldProblem<T, V>
    : never;

type FigureProblem<T, C extends readonly string[], V, K, S> = [V] extends [PartialUpdate<readonly unknown[], unknown>]
  ? 'each partition has only its part of these figures: send what a fold makes behind repartition()'
  : [C] extends [readonly []]
    ? 'name the fields of the key of these figures: topic(stream, { compactBy: [...] }), or map them to records'
    : [K] extends [KeyIn<T, C>]
      ? FieldProblem<Omit<T, C[number]>, S>
      : 'the key of these figures is not like the fields of compactBy';

type KeyIn<T, C extends readonly string[]> = { readonly [I in keyof C]: C[I] extends keyof T ? T[C[I]] : never };

type FieldProblem<T, V> = [Missing<T, V>] extends [never]
  ? [Unlike<T, V>] extends [never]
    ? never
    : `field '${Unlike<T, V>}' of the topic has another type`
  : `field '${Missing<T, V>}' of the topic is missing in these records`;

type Missing<T, V> = {
  [N in keyof T & string]-?: N extends keyof V ? never : undefined extends T[N] ? never : N;
}[keyof T & string];

type Unlike<T, V> = {
  [N in keyof T & string]-?: N extends keyof V ? (V[N] extends T[N] ? never : N) : never;
}[keyof T & string];
