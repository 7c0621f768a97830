import { compact, floatOf } from '../figures/money.js';
import { percent } from '../figures/numbers.js';
import { Amount } from '../parts/amount.js';
import { Choice } from '../parts/choice.js';
import { Panel } from '../parts/panel.js';
import { sectorColor } from '../parts/sector-colors.js';
import { useSetting } from '../setting.js';

export interface Slice {
  readonly name: string;
  readonly value: string;
  /** Fraction of the whole, in hundredths of a per cent. */
  readonly weight: number;
}

interface DonutProps {
  readonly title: string;
  readonly slices: readonly Slice[];
  /** The sum of the ring. */
  readonly total: string;
  readonly what: string;
  readonly area?: string;
  /** The chosen part, if parts can be chosen; none if empty. */
  readonly chosen?: string;
  readonly choose?: (name: string) => void;
}

const RADIUS = 44;
const ROUND = 2 * Math.PI * RADIUS;
/** Between two slices, in the same unit. */
const GAP = 1.2;

/** Parts of a whole as a ring with its legend, or as a table. */
export function Donut({ title, slices, total, what, area, chosen = '', choose }: DonutProps) {
  const [form, setForm] = useSetting('sectors', ['ring', 'table'], 'ring');
  return (
    <Panel
      title={title}
      {...(area === undefined ? {} : { area })}
      actions={
        <Choice
          label="Show as"
          options={[
            ['ring', 'Ring'],
            ['table', 'Table'],
          ]}
          value={form}
          choose={setForm}
        />
      }
    >
      {slices.length === 0 ? (
        <p class="empty">Nothing to divide yet.</p>
      ) : form === 'ring' ? (
        <div class="donut">
          <Ring slices={slices} total={total} what={what} title={title} />
          <Legend slices={slices} chosen={chosen} choose={choose} />
        </div>
      ) : (
        <SliceTable slices={slices} what={what} title={title} />
      )}
    </Panel>
  );
}

interface LegendProps {
  readonly slices: readonly Slice[];
  readonly chosen: string;
  readonly choose: ((name: string) => void) | undefined;
}

function Legend({ slices, chosen, choose }: LegendProps) {
  return (
    <ul class="legend">
      {slices.map(({ name, weight }) => {
        const content = (
          <>
            <span class={`swatch sector-${sectorColor(name)}`} aria-hidden="true" />
            <span class="legend-name">{name}</span>
            <span class="figure">{percent(weight)}</span>
          </>
        );
        return (
          <li key={name}>
            {choose === undefined ? (
              content
            ) : (
              <button type="button" aria-pressed={chosen === name} onClick={() => choose(chosen === name ? '' : name)}>
                {content}
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function Ring({ slices, total, what, title }: Pick<DonutProps, 'slices' | 'total' | 'what' | 'title'>) {
  const sum = slices.reduce((all, { value }) => all + floatOf(value), 0) || 1;
  let begin = 0;
  const label = `${title}: ${slices.map(({ name, weight }) => `${name} ${percent(weight)}`).join(', ')}`;
  return (
    <svg class="ring" viewBox="0 0 120 120" role="img" aria-label={label}>
      <g transform="rotate(-90 60 60)" fill="none" stroke-width="15">
        {slices.map(({ name, value }) => {
          const part = (floatOf(value) / sum) * ROUND;
          const length = Math.max(0.4, part - (slices.length > 1 ? GAP : 0));
          const offset = -begin;
          begin += part;
          return (
            <circle
              key={name}
              class={`sector-${sectorColor(name)}`}
              cx="60"
              cy="60"
              r={RADIUS}
              stroke-dasharray={`${length} ${ROUND}`}
              stroke-dashoffset={offset}
            >
              <title>{name}</title>
            </circle>
          );
        })}
      </g>
      <text x="60" y="59" class="ring-total">
        {compact(total)}
      </text>
      <text x="60" y="72" class="ring-what">
        {what}
      </text>
    </svg>
  );
}

function SliceTable({ slices, what, title }: Pick<DonutProps, 'slices' | 'what' | 'title'>) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={`${title}, table`}>
      <table>
        <thead>
          <tr>
            <th scope="col">Sector</th>
            <th scope="col" class="number">
              {what}
            </th>
            <th scope="col" class="number">
              Part
            </th>
          </tr>
        </thead>
        <tbody>
          {slices.map(({ name, value, weight }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td class="number">
                <Amount value={value} />
              </td>
              <td class="number">{percent(weight)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
