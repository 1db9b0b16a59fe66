import { Badge, type Tone } from './badge.js';
import { PICTURE_WIDTH, partOf } from './band-parts.js';
import css from './bands.module.css';

/** A time in which something was in one state. */
export interface Band {
  readonly key: string;
  /** The state in words. */
  readonly state: string;
  readonly tone: Tone;
  readonly since: string;
  /** Null while it lasts. */
  readonly until: string | null;
}

/** Something that happened at a moment, such as a new revision of a list. */
export interface Mark {
  readonly key: string;
  readonly at: string;
  readonly label: string;
}

interface BandsProps {
  /** What the picture shows, for those who do not see it; a table beside it has to say the same. */
  readonly label: string;
  readonly bands: readonly Band[];
  readonly marks?: readonly Mark[];
  /** The first and the last moment of the picture, in milliseconds. */
  readonly from: number;
  readonly to: number;
}

const exactly = (time: string | number) => new Date(time).toLocaleString('en-GB', { timeZoneName: 'short' });

/** States over time as bands, which their height tells apart as well as their colour. */
export function Bands({ label, bands, marks = [], from, to }: BandsProps) {
  return (
    <figure className={css.figure}>
      <svg viewBox={`0 0 ${PICTURE_WIDTH} 40`} preserveAspectRatio="none" role="img" aria-label={label}>
        {bands.map((band) => {
          const part = partOf(band, from, to);
          if (part === null) return null;
          const { key, state, tone, since, until } = band;
          return (
            <rect
              key={key}
              className={css[tone]}
              x={part.start}
              width={part.width}
              y={SPAN[tone][0]}
              height={SPAN[tone][1]}
            >
              <title>{`${state}: ${exactly(since)} – ${until === null ? 'now' : exactly(until)}`}</title>
            </rect>
          );
        })}
        <line className={css.line} x1={0} x2={PICTURE_WIDTH} y1={LINE} y2={LINE} />
        {marks.map(({ key, at, label: said }) => {
          const part = partOf({ since: at, until: at }, from, to);
          return (
            part && (
              <line key={key} className={css.mark} x1={part.start} x2={part.start} y1={0} y2={40}>
                <title>{`${said}: ${exactly(at)}`}</title>
              </line>
            )
          );
        })}
      </svg>
      <figcaption>
        <time dateTime={new Date(from).toISOString()}>{exactly(from)}</time>
        <span className={css.legend}>
          {legendOf(bands, from, to).map(([state, tone]) => (
            <Badge key={state} state={state} tone={tone} />
          ))}
        </span>
        <span>now</span>
      </figcaption>
    </figure>
  );
}

/** The states that the picture shows. */
const legendOf = (bands: readonly Band[], from: number, to: number): readonly (readonly [string, Tone])[] => [
  ...new Map(bands.filter((band) => partOf(band, from, to)).map(({ state, tone }) => [state, tone] as const)),
];

/** Where the line is that bad states hang below. */
const LINE = 26;

/** From where and how far a band reaches down: the better the state the higher, and what is bad is below the line. */
const SPAN: Readonly<Record<Tone, readonly [top: number, height: number]>> = {
  good: [0, LINE],
  warn: [8, LINE - 8],
  waiting: [16, LINE - 16],
  quiet: [22, LINE - 22],
  bad: [LINE, 40 - LINE],
};
