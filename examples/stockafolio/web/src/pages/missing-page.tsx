import { Title } from '../parts/title.js';
import { follow } from '../path.js';

/** For an address that names nothing. */
export function MissingPage() {
  return (
    <section class="message">
      <Title text="Nothing here">There is nothing here</Title>
      <p>
        <a href="/" onClick={follow}>
          To the firm's page
        </a>
      </p>
    </section>
  );
}
