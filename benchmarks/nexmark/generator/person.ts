import type { Person } from '../events.js';
import { newestPerson } from './ids.js';
import type { Random } from './random.js';
import { FIRST_PERSON, SIZE } from './settings.js';
import { extraFor, textBelow } from './texts.js';

const STATES = ['AZ', 'CA', 'ID', 'OR', 'WA', 'WY'] as const;
const CITIES = [
  ...['Phoenix', 'Los Angeles', 'San Francisco', 'Boise', 'Portland'],
  ...['Bend', 'Redmond', 'Seattle', 'Kent', 'Cheyenne'],
] as const;
const FIRST_NAMES = [
  ...['Peter', 'Paul', 'Luke', 'John', 'Saul', 'Vicky'],
  ...['Kate', 'Julie', 'Sarah', 'Deiter', 'Walter'],
] as const;
const LAST_NAMES = [
  ...['Shultz', 'Abrams', 'Spencer', 'White', 'Bartels'],
  ...['Walton', 'Smith', 'Jones', 'Noris'],
] as const;

export function personOf(number: number, dateTime: number, random: Random): Person {
  const one = (of: readonly string[]): string => of[random.below(of.length)] ?? '';
  const name = `${one(FIRST_NAMES)} ${one(LAST_NAMES)}`;
  const emailAddress = `${textBelow(random, 7)}@${textBelow(random, 5)}.com`;
  const creditCard = Array.from({ length: 4 }, () => String(random.below(10_000)).padStart(4, '0')).join(' ');
  const city = one(CITIES);
  const state = one(STATES);
  const size = 8 + [name, emailAddress, creditCard, city, state].join('').length;
  const extra = extraFor(random, size, SIZE.person);
  const id = newestPerson(number) + FIRST_PERSON;
  return { number, id, name, emailAddress, creditCard, city, state, dateTime, extra };
}
