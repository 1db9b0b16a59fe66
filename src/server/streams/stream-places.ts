import { rateLimited } from '../../platform/errors.js';
import type { LimitSettings } from '../limits/rate-limits.js';
import type { StreamMetrics } from '../metrics/stream-metrics.js';

/** When to retry. */
const RETRY_SECONDS = 1;
/** The part of all places that agents may have, so that there is always one for a person. */
const MACHINES_PART = 3 / 4;

/** The owner of a place. */
export interface Holder {
  readonly kind: 'user' | 'agent';
  readonly id: string;
  readonly domainId: string;
}

interface Place {
  readonly holder: Holder;
  /** Ends the stream cleanly. */
  readonly end: () => void;
}

/**
 * The places for the streams of a process. When all are taken, a new stream takes one from the domain, or else from the
 * principal, that has at least two more: so nobody holds places that others lack, and equals do not displace each
 * other. The oldest stream there ends cleanly, and resumes when there is a place again.
 */
export class StreamPlaces {
  readonly #limits: Pick<LimitSettings, 'streams' | 'streamsPerPrincipal'>;
  readonly #metrics: StreamMetrics;
  /** Oldest first. */
  readonly #taken = new Set<Place>();

  constructor(limits: Pick<LimitSettings, 'streams' | 'streamsPerPrincipal'>, metrics: StreamMetrics) {
    this.#limits = limits;
    this.#metrics = metrics;
  }

  /**
   * Takes a place.
   * @param end Ends the stream, when another one takes its place.
   * @returns a function that frees the place.
   * @throws RATE_LIMITED when there is none.
   */
  take(holder: Holder, end: () => void): () => void {
    const { streamsPerPrincipal } = this.#limits;
    const own = [...this.#taken].filter((place) => place.holder.id === holder.id).length;
    if (streamsPerPrincipal > 0 && own >= streamsPerPrincipal)
      throw rateLimited('Too many streams at once.', RETRY_SECONDS);
    const contested = this.#contested(holder);
    if (contested !== null) this.#displace(displaceable(holder, contested));
    const place = { holder, end };
    this.#taken.add(place);
    this.#metrics.opened(holder.kind);
    return () => this.#giveBack(place);
  }

  /** The places of which one must become free; null when one is free already. */
  #contested(holder: Holder): readonly Place[] | null {
    const { streams } = this.#limits;
    if (streams === 0) return null;
    const machines = [...this.#taken].filter(({ holder: { kind } }) => kind === 'agent');
    if (holder.kind === 'agent' && machines.length >= Math.ceil(streams * MACHINES_PART)) return machines;
    return this.#taken.size >= streams ? [...this.#taken] : null;
  }

  #displace(place: Place | undefined): void {
    if (place === undefined) throw rateLimited('There are too many streams; try again later.', RETRY_SECONDS);
    this.#giveBack(place);
    this.#metrics.displaced();
    place.end();
  }

  #giveBack(place: Place): void {
    if (this.#taken.delete(place)) this.#metrics.closed(place.holder.kind);
  }
}

const DOMAIN = ({ holder }: Pick<Place, 'holder'>) => holder.domainId;
const PRINCIPAL = ({ holder }: Pick<Place, 'holder'>) => holder.id;

function displaceable(holder: Holder, places: readonly Place[]): Place | undefined {
  for (const shareOf of [DOMAIN, PRINCIPAL]) {
    const own = places.filter((place) => shareOf(place) === shareOf({ holder })).length;
    const most = largest(places, shareOf);
    if (most.length > own + 1) return largest(most, PRINCIPAL)[0];
  }
  return undefined;
}

/** The places of the owner that has the most. */
function largest(places: readonly Place[], shareOf: (place: Place) => string): readonly Place[] {
  const shares = new Map<string, Place[]>();
  for (const place of places) {
    const share = shares.get(shareOf(place)) ?? [];
    shares.set(shareOf(place), share);
    share.push(place);
  }
  return [...shares.values()].reduce((most, share) => (share.length > most.length ? share : most), []);
}
