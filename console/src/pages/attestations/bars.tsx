import css from './attestations.module.css';
import type { Bar } from './trend.js';

const WIDTH = 20;
const HEIGHT = 40;
/** What happened once among many is still seen. */
const LENGTH_MIN = 2;

/** Bars upward for trust that was gained, and downward for trust that was lost: the direction tells as much as the colour. */
export function Bars({ bars }: { readonly bars: readonly Bar[] }) {
  const most = Math.max(1, ...bars.map(({ good, bad }) => Math.max(good, bad)));
  const length = (count: number) => (count === 0 ? 0 : Math.max(LENGTH_MIN, (count / most) * HEIGHT));
  const width = bars.length * WIDTH;
  return (
    <svg
      className={css.bars}
      viewBox={`0 0 ${width} ${2 * HEIGHT + 1}`}
      preserveAspectRatio="none"
      role="img"
      aria-label="Trust gained and lost over time; the table below says the same."
    >
      {bars.map(({ since, good, bad }, place) => (
        <g key={since}>
          <Part className={css.good} place={place} y={HEIGHT - length(good)} height={length(good)} />
          <Part className={css.bad} place={place} y={HEIGHT + 1} height={length(bad)} />
        </g>
      ))}
      <line className={css.axis} x1={0} x2={width} y1={HEIGHT + 0.5} y2={HEIGHT + 0.5} />
    </svg>
  );
}

interface PartProps {
  readonly className: string | undefined;
  readonly place: number;
  readonly y: number;
  readonly height: number;
}

const Part = ({ className, place, y, height }: PartProps) => (
  <rect className={className} x={place * WIDTH + 2} width={WIDTH - 4} y={y} height={height} />
);
