import { DayChoice } from '../parts/day-choice.js';
import { Home } from '../parts/home.js';
import { Title } from '../parts/title.js';

const says = {
  day: {
    title: 'There is no such day',
    text: "The address asks for a day that does not exist. A day is written like 2026-01-05: the year, the month, and the day of the month. Choose one, or go to the firm's page of the newest.",
  },
  escape: {
    title: 'There is nothing here',
    text: 'The address has a % that does not stand before two hexadecimal digits of a character. Look whether it was copied whole.',
  },
  other: {
    title: 'There is nothing here',
    text: "The firm's page is at /, and that of a user at /u/ and the user's id. Look whether the address was copied whole.",
  },
} as const;

/** For an address without a page: what is wrong with it, and where to go. */
export function MissingPage({ why = 'other' }: { readonly why?: keyof typeof says | undefined }) {
  const { title, text } = says[why];
  return (
    <section class="message">
      <Title text={title}>{title}</Title>
      <p>{text}</p>
      {why === 'day' && <DayChoice shown={undefined} asked={undefined} />}
      <Home />
    </section>
  );
}
