import type { WirePipeline, WirePlanEdge } from '@stockafolio/example/api';
import { count } from '../figures/numbers.js';
import { Choice } from '../parts/choice.js';
import { NotKnown } from '../parts/not-known.js';
import { Panel } from '../parts/panel.js';
import { useSetting } from '../setting.js';
import { layoutOf, type PlacedNode } from './plan-layout.js';
import { rateText } from './rate-text.js';

/** Measures of the picture, in its own units. */
const BOX = { width: 190, height: 34 };
const STEP = { column: 280, row: 44 };
const MARGIN = 4;

/** The plan of the pipeline, with how much goes through it now: as a picture, or as a table. */
export function PlanPicture({ health }: { readonly health: WirePipeline }) {
  const [form, setForm] = useSetting('plan', ['picture', 'table'], 'picture');
  const known = health.edges.some(({ rate }) => rate !== null);
  return (
    <Panel
      title="The plan"
      note={known ? 'messages and rows a second, over ten seconds' : 'rates are not known'}
      actions={
        <Choice
          label="Show as"
          options={[
            ['picture', 'Picture'],
            ['table', 'Table'],
          ]}
          value={form}
          choose={setForm}
        />
      }
    >
      {form === 'picture' ? <Picture health={health} /> : <EdgeTable health={health} />}
    </Panel>
  );
}

function Picture({ health: { nodes, edges, pipeline } }: { readonly health: WirePipeline }) {
  const { placed, columns, rows } = layoutOf(nodes, edges);
  const width = (columns - 1) * STEP.column + BOX.width + 2 * MARGIN;
  const height = (rows - 1) * STEP.row + BOX.height + 2 * MARGIN;
  return (
    <div class="plan-box" tabIndex={0} role="region" aria-label="The plan, picture">
      <svg
        class="plan"
        viewBox={`0 0 ${width} ${height}`}
        style={{ width: `${width}px` }}
        role="img"
        aria-label={`The plan of ${pipeline}: ${nodes.length} parts. "Table" shows the same as text.`}
      >
        {edges.map((edge) => (
          <EdgeLine key={`${edge.from} ${edge.to}`} edge={edge} from={placed.get(edge.from)} to={placed.get(edge.to)} />
        ))}
        {[...placed.values()].map((at) => (
          <NodeBox key={at.node.id} at={at} />
        ))}
      </svg>
    </div>
  );
}

function NodeBox({ at: { node, column, row } }: { readonly at: PlacedNode }) {
  const [x, y] = [MARGIN + column * STEP.column, MARGIN + row * STEP.row];
  return (
    <g class={`plan-${node.kind}`}>
      <title>{`${node.operator ?? node.kind} ${node.name}`}</title>
      <rect x={x} y={y} width={BOX.width} height={BOX.height} rx={node.kind === 'operator' ? 7 : 17} />
      <text x={x + 12} y={y + (node.operator === null ? 21.5 : 15)} class="plan-name">
        {node.name}
      </text>
      {node.operator !== null && (
        <text x={x + 12} y={y + 28} class="plan-kind">
          {node.operator}
          {node.keys !== null && `, ${count(node.keys)} keys`}
        </text>
      )}
    </g>
  );
}

interface EdgeLineProps {
  readonly edge: WirePlanEdge;
  readonly from: PlacedNode | undefined;
  readonly to: PlacedNode | undefined;
}

function EdgeLine({ edge, from, to }: EdgeLineProps) {
  if (from === undefined || to === undefined) return null;
  const [x, y] = [MARGIN + from.column * STEP.column + BOX.width, MARGIN + from.row * STEP.row + BOX.height / 2];
  const [u, v] = [MARGIN + to.column * STEP.column, MARGIN + to.row * STEP.row + BOX.height / 2];
  const turn = x + (STEP.column - BOX.width) * 0.55;
  return (
    <g>
      <path
        class={`plan-edge ${edge.rate === null ? '' : edge.rate > 0 ? 'plan-flowing' : 'plan-still'}`}
        d={`M ${x} ${y} C ${turn} ${y} ${x + 20} ${v} ${Math.min(u, turn)} ${v} L ${u} ${v}`}
      />
      {edge.rate !== null && (
        <text x={u - 6} y={v - 4} class="plan-rate">
          {rateText(edge.rate)}
        </text>
      )}
    </g>
  );
}

function EdgeTable({ health: { edges } }: { readonly health: WirePipeline }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="The plan, table">
      <table>
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">To</th>
            <th scope="col" class="number">
              A second
            </th>
          </tr>
        </thead>
        <tbody>
          {edges.map(({ from, to, rate }) => (
            <tr key={`${from} ${to}`}>
              <th scope="row">{from}</th>
              <td>{to}</td>
              <td class="number">{rate === null ? <NotKnown why="not counted" /> : rateText(rate)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
